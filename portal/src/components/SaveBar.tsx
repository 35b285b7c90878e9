// Settings to edit and save: what is known, what the user made of it, and the buttons below.
import { Button, Spinner, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';

import { Banner, ErrorBar } from './parts';
import { useAction, type Action } from './useAction';

const useStyles = makeStyles({ row: { display: 'flex', gap: '8px', alignItems: 'center' } });

export interface Edit<T> {
  draft: T;
  changed: boolean;
  saved: boolean; // the last thing that happened
  action: Action;
  change: (next: T) => void;
  discard: () => void;
  save: () => Promise<void>;
}

export function useEdit<T>(known: T, write: (wish: T) => Promise<unknown>): Edit<T> {
  const [edited, setEdited] = useState<{ to: T } | null>(null);
  const [saved, setSaved] = useState(false);
  const action = useAction();
  const draft = edited ? edited.to : known;
  const changed = JSON.stringify(draft) !== JSON.stringify(known);
  return {
    draft,
    changed,
    saved: saved && !changed,
    action,
    change: (next) => {
      setSaved(false);
      setEdited({ to: next });
    },
    discard: () => setEdited(null),
    save: async () => {
      if (!changed || !(await action.run(() => write(draft)))) return;
      setEdited(null);
      setSaved(true);
    },
  };
}

export function SaveBar<T>(props: {
  edit: Edit<T>;
  ready?: boolean; // false: what is written cannot be saved
  text?: string;
  saved?: string;
}) {
  const styles = useStyles();
  const { edit } = props;
  const { busy } = edit.action;
  return (
    <>
      <ErrorBar error={edit.action.error} />
      {edit.saved && (
        <Banner intent="success">{props.saved ?? 'Saved; both regions have it.'}</Banner>
      )}
      <div className={styles.row}>
        <Button
          appearance="primary"
          disabled={!edit.changed || props.ready === false || busy}
          icon={busy ? <Spinner size="tiny" /> : undefined}
          onClick={() => void edit.save()}
        >
          {props.text ?? 'Save'}
        </Button>
        <Button disabled={!edit.changed || busy} onClick={edit.discard}>
          Discard
        </Button>
      </div>
    </>
  );
}
