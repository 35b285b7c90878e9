// Side panes with a form: Enter sends it, a refusal is shown in it, success closes it.
import { Button, Field, Input, Spinner, makeStyles } from '@fluentui/react-components';
import { useEffect, useId, useState, type ReactNode } from 'react';

import { ErrorBar } from './parts';
import { SidePane } from './SidePane';
import { useAction } from './useAction';

const FOCUS_AFTER_MS = 50; // a pane that opens takes the focus itself, to its first button
const TYPED = 'input:not([type=radio], [type=checkbox], [type=file], [readonly]), textarea';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px' },
});

export function FormPane(props: {
  open: boolean;
  title: string;
  submit: string;
  ready: boolean;
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  readFirst?: boolean; // the text before the fields matters: the focus does not go past it
}) {
  const styles = useStyles();
  const action = useAction();
  const form = useId();
  const { clear } = action;
  useEffect(() => {
    if (props.open) clear();
  }, [props.open, clear]);
  useEffect(() => {
    if (!props.open || props.readFirst) return;
    const timer = setTimeout(() => {
      document.getElementById(form)?.querySelector<HTMLElement>(TYPED)?.focus();
    }, FOCUS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [props.open, props.readFirst, form]);
  const submit = async () => {
    if (props.ready && (await action.run(props.onSubmit))) props.onClose();
  };
  return (
    <SidePane
      open={props.open}
      title={props.title}
      onClose={props.onClose}
      wide={props.wide}
      footer={
        <>
          <Button
            appearance="primary"
            type="submit"
            form={form}
            disabled={!props.ready || action.busy}
            icon={action.busy ? <Spinner size="tiny" /> : undefined}
          >
            {props.submit}
          </Button>
          <Button onClick={props.onClose}>Cancel</Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {props.children}
      </form>
      <ErrorBar error={action.error} />
    </SidePane>
  );
}

/** Something that cannot be undone: the button works once `confirmWith` has been typed. */
export function ConfirmPane(props: {
  open: boolean;
  title: string;
  confirmWith: string;
  confirmLabel: string; // of the field
  submit: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
  disabled?: boolean;
}) {
  const [typed, setTyped] = useState('');
  useEffect(() => {
    if (props.open) setTyped('');
  }, [props.open]);
  return (
    <FormPane
      open={props.open}
      title={props.title}
      submit={props.submit}
      readFirst
      ready={typed.trim() === props.confirmWith && !props.disabled}
      onSubmit={props.onConfirm}
      onClose={props.onClose}
    >
      {props.children}
      <Field label={props.confirmLabel} required>
        <Input
          value={typed}
          onChange={(_, data) => setTyped(data.value)}
          placeholder={props.confirmWith}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
    </FormPane>
  );
}
