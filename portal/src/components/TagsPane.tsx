// Tags of a resource or of a group, in a side pane.
import { Button, Field, Input, Spinner, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';

import { checkTags } from '../pages/create/validation';
import { SidePane } from './SidePane';
import { AddRegular, DeleteRegular } from './icons';
import { ErrorBar } from './parts';

const useStyles = makeStyles({
  row: { display: 'grid', gridTemplateColumns: '1fr 1fr auto', gap: '8px', alignItems: 'start' },
  input: { minWidth: 0 },
  remove: { marginTop: '24px' },
});

export function TagsPane(props: {
  tags: Record<string, string>;
  onClose: () => void;
  onSave: (tags: Record<string, string>) => Promise<void>;
}) {
  const styles = useStyles();
  const [tags, setTags] = useState(() => [
    ...Object.entries(props.tags).map(([name, value]) => ({ name, value })),
    { name: '', value: '' },
  ]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const wrong = checkTags(tags);
  const set = (index: number, part: Partial<{ name: string; value: string }>) =>
    setTags(tags.map((tag, at) => (at === index ? { ...tag, ...part } : tag)));
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const kept = tags.filter((tag) => tag.name);
      await props.onSave(Object.fromEntries(kept.map(({ name, value }) => [name, value])));
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SidePane
      open
      title="Edit tags"
      onClose={props.onClose}
      footer={
        <>
          <Button
            appearance="primary"
            disabled={busy || wrong.some((text) => text !== null)}
            icon={busy ? <Spinner size="tiny" /> : undefined}
            onClick={() => void save()}
          >
            Save
          </Button>
          <Button onClick={props.onClose}>Cancel</Button>
        </>
      }
    >
      {tags.map((tag, index) => (
        <div key={index} className={styles.row} role="group" aria-label={`Tag ${index + 1}`}>
          <Field label="Name" validationMessage={wrong[index] ?? undefined}>
            <Input
              className={styles.input}
              value={tag.name}
              onChange={(_, data) => set(index, { name: data.value })}
            />
          </Field>
          <Field label="Value">
            <Input
              className={styles.input}
              value={tag.value}
              onChange={(_, data) => set(index, { value: data.value })}
            />
          </Field>
          <Button
            className={styles.remove}
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={`Remove tag ${index + 1}`}
            onClick={() => setTags(tags.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button icon={<AddRegular />} onClick={() => setTags([...tags, { name: '', value: '' }])}>
          Add a tag
        </Button>
      </div>
      <ErrorBar error={error} />
    </SidePane>
  );
}
