// A short question before something that cannot be taken back.
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Spinner,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';

import { ErrorBar } from '../../components/parts';
import { useAction } from '../../components/useAction';

export function Confirm(props: {
  open: boolean;
  title: string;
  button: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const action = useAction();
  const close = () => {
    action.clear();
    props.onClose();
  };
  return (
    <Dialog open={props.open} onOpenChange={(_, data) => !data.open && close()} modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{props.title}</DialogTitle>
          <DialogContent>
            {props.children}
            <ErrorBar error={action.error} />
          </DialogContent>
          <DialogActions>
            <Button
              appearance="primary"
              disabled={action.busy}
              icon={action.busy ? <Spinner size="tiny" /> : undefined}
              onClick={() => void action.run(props.onConfirm).then((ok) => ok && close())}
            >
              {props.button}
            </Button>
            <Button onClick={close}>Cancel</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
