// A pane that opens at the side.
import {
  Button, DrawerBody, DrawerFooter, DrawerHeader, DrawerHeaderTitle, OverlayDrawer, makeStyles,
} from '@fluentui/react-components';
import { useEffect, useRef, type ReactNode } from 'react';

import { DismissRegular } from './icons';

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
