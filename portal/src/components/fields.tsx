// Fields that more than one page has: a choice, a name, a filter, tags.
import { Button, Dropdown, Field, Input, Option, makeStyles } from '@fluentui/react-components';
import { AddRegular, DeleteRegular, SearchRegular } from './icons';

const useStyles = makeStyles({
  filter: { maxWidth: '320px' },
  choice: { minWidth: '140px', width: '100%', '& button': { minWidth: 0 } },
  tags: { display: 'flex', flexDirection: 'column', gap: '12px', maxWidth: '720px' },
  tag: {
    display: 'grid', gridTemplateColumns: '1fr 1fr auto', gap: '8px', alignItems: 'start',
    '& > *': { minWidth: 0 },
  },
  input: { minWidth: 0 },
  remove: { marginTop: '26px' },
});

/** One of a few values, from a list. */
export function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
  required?: boolean;
  disabled?: boolean;
  hint?: string;
  error?: string;
  placeholder?: string;
  className?: string;
}) {
  const styles = useStyles();
  return (
    <Field
      label={props.label}
      required={props.required}
      hint={props.hint}
      validationMessage={props.error}
      className={props.className}
    >
      <Dropdown
        className={styles.choice}
        disabled={props.disabled}
        placeholder={props.placeholder}
        value={props.options.find(([value]) => value === props.value)?.[1] ?? props.value}
        selectedOptions={[props.value]}
        onOptionSelect={(_, data) => {
          if (data.optionValue !== undefined) props.onChange(data.optionValue as T);
        }}
      >
        {props.options.map(([value, text]) => (
          <Option key={value} value={value} text={text}>
            {text}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}

/** The name of something new. What is wrong with it is said once something has been typed. */
export function NameField(props: {
  value: string;
  onChange: (value: string) => void;
  error: string | null;
  label?: string;
  hint?: string;
  disabled?: boolean;
}) {
  return (
    <Field
      label={props.label ?? 'Name'}
      required
      hint={props.hint}
      validationMessage={props.value ? props.error : null}
    >
      <Input
        value={props.value}
        disabled={props.disabled}
        onChange={(_, data) => props.onChange(data.value)}
        autoComplete="off"
        spellCheck={false}
      />
    </Field>
  );
}

/** Narrows a list to what contains the text. */
export function Filter(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <Input
      className={useStyles().filter}
      type="search"
      aria-label={props.label}
      placeholder={props.label}
      contentBefore={<SearchRegular />}
      value={props.value}
      onChange={(_, data) => props.onChange(data.value)}
    />
  );
}

export interface TagRow {
  name: string;
  value: string;
}

/** Names and values to edit; `wrong` says of each row what is wrong with it. */
export function TagFields(props: {
  rows: TagRow[];
  wrong: (string | null)[];
  onChange: (rows: TagRow[]) => void;
}) {
  const styles = useStyles();
  const { rows } = props;
  const set = (index: number, part: Partial<TagRow>) =>
    props.onChange(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <div className={styles.tags}>
      {rows.map((row, index) => (
        <div key={index} className={styles.tag} role="group" aria-label={`Tag ${index + 1}`}>
          <Field label="Name" validationMessage={props.wrong[index] ?? undefined}>
            <Input
              className={styles.input}
              value={row.name}
              onChange={(_, data) => set(index, { name: data.value })}
            />
          </Field>
          <Field label="Value">
            <Input
              className={styles.input}
              value={row.value}
              maxLength={256}
              onChange={(_, data) => set(index, { value: data.value })}
            />
          </Field>
          <Button
            className={styles.remove}
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={`Remove tag ${index + 1}`}
            onClick={() => props.onChange(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button
          icon={<AddRegular />}
          onClick={() => props.onChange([...rows, { name: '', value: '' }])}
        >
          Add a tag
        </Button>
      </div>
    </div>
  );
}
