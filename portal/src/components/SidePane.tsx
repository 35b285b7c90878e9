// Panes that open at the side: for a form, or to confirm something by typing a name.
import {
  Button, DrawerBody, DrawerFooter, DrawerHeader, DrawerHeaderTitle, Field, Input, OverlayDrawer,
  Spinner, makeStyles,
} from '@fluentui/react-components';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';

import { DismissRegular } from './icons';
import { ErrorBar } from './parts';

const useStyles = makeStyles({
  pane: { width: 'min(480px, 100vw)' },
  wide: { width: 'min(760px, 100vw)' },
  content: { display: 'flex', flexDirection: 'column', gap: '16px', paddingBottom: '16px' },
});

const RESTORE_AFTER_MS = 50; // the pane lets go of the focus a moment after it has closed

/** Gives the focus back to what had it, unless it went on somewhere else meanwhile. */
function useRestoredFocus(open: boolean): void {
  const before = useRef<Element | null>(null);
  const wasOpen = useRef(false);
  if (open && !wasOpen.current) before.current = document.activeElement;
  wasOpen.current = open;
  useEffect(() => {
    if (!open) return;
    return () => {
      const target = before.current;
      setTimeout(() => {
        const now = document.activeElement;
        const idle = !now || now === document.body || now.closest('[role="dialog"]') !== null;
        if (idle && target instanceof HTMLElement && target.isConnected) target.focus();
      }, RESTORE_AFTER_MS);
    };
  }, [open]);
}

export function SidePane(props: {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
}) {
  const styles = useStyles();
  useRestoredFocus(props.open);
  return (
    <OverlayDrawer
      position="end"
      open={props.open}
      onOpenChange={(_, data) => {
        if (!data.open) props.onClose();
      }}
      className={props.wide ? styles.wide : styles.pane}
      aria-label={props.title}
    >
      <DrawerHeader>
        <DrawerHeaderTitle
          action={
            <Button
              appearance="subtle"
              aria-label="Close"
              icon={<DismissRegular />}
              onClick={props.onClose}
            />
          }
        >
          {props.title}
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <div className={styles.content}>{props.children}</div>
      </DrawerBody>
      {props.footer && <DrawerFooter>{props.footer}</DrawerFooter>}
    </OverlayDrawer>
  );
}

/**
 * Something that cannot be undone: the button works once `confirmWith` has been typed. onConfirm
 * may fail; the pane then stays, and says why.
 */
export function ConfirmDrawer(props: {
  open: boolean;
  title: string;
  confirmWith: string;
  confirmLabel: string; // of the field
  buttonText: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children?: ReactNode;
  disabled?: boolean;
  wide?: boolean;
}) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const form = useId();
  useEffect(() => {
    if (props.open) {
      setTyped('');
      setError(undefined);
    }
  }, [props.open]);
  const ready = typed.trim() === props.confirmWith && !props.disabled && !busy;
  const confirm = async () => {
    if (!ready) return;
    setBusy(true);
    setError(undefined);
    try {
      await props.onConfirm();
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
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
            disabled={!ready}
            icon={busy ? <Spinner size="tiny" /> : undefined}
          >
            {props.buttonText}
          </Button>
          <Button onClick={props.onClose}>Cancel</Button>
        </>
      }
    >
      {props.children}
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <Field label={props.confirmLabel} required>
          <Input
            value={typed}
            onChange={(_, data) => setTyped(data.value)}
            placeholder={props.confirmWith}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      </form>
      <ErrorBar error={error} />
    </SidePane>
  );
}
