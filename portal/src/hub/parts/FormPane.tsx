// A side pane with a form: Enter sends it, a refusal is shown in it, success closes it.
import { Button, Spinner } from '@fluentui/react-components';
import { useEffect, useId, type ReactNode } from 'react';

import { ErrorBar } from '../../components/parts';
import { SidePane } from '../../components/SidePane';
import { useAction } from './useAction';

export function FormPane(props: {
  open: boolean;
  title: string;
  submit: string;
  ready: boolean;
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}) {
  const action = useAction();
  const form = useId();
  const { clear } = action;
  useEffect(() => {
    if (props.open) clear();
  }, [props.open, clear]);
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
        style={{ display: 'flex', flexDirection: 'column', gap: '16px' }}
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
