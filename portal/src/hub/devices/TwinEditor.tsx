// The twin of a device: tags and desired properties to edit, reported properties to read. Written
// only over what was read; what somebody else wrote meanwhile is shown and joined, not lost.
import { Button, Spinner, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';

import { ApiError } from '../../api/client';
import { useQuery } from '../../api/useQuery';
import {
  Banner, ErrorBar, Essentials, Loading, QueryError, Section, Time,
} from '../../components/parts';
import type { JsonObject, Twin } from '../data';
import { isObject, parseJson, pretty } from '../logic/jsonText';
import {
  asEditable,
  editable,
  editableError,
  merge,
  reportedOf,
  same,
  twinPatch,
  type Merge,
} from '../logic/twin';
import { JsonEditor } from '../parts/JsonEditor';
import { useAction } from '../../components/useAction';
import { getTwin, patchTwin } from '../requests';

const EVERY_MS = 5000;

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(340px, 100%), 1fr))',
    gap: '16px',
    alignItems: 'start',
  },
  row: { display: 'flex', gap: '8px', alignItems: 'center', flexWrap: 'wrap' },
  list: { margin: '4px 0 0', paddingLeft: '20px', fontFamily: tokens.fontFamilyMonospace },
});

const shownText = (twin: Twin) => pretty(editable(twin));

function updatedAt(section: JsonObject | undefined): string | null {
  const metadata = section?.$metadata;
  const at = isObject(metadata) ? metadata.$lastUpdated : undefined;
  return typeof at === 'string' && !at.startsWith('0001') ? at : null;
}

function versionText(section: JsonObject | undefined): string {
  return typeof section?.$version === 'number' ? String(section.$version) : '–';
}

/** What the user has typed, and the twin it was typed over. */
interface Draft {
  base: Twin;
  text: string;
}

function Conflict(props: { result: Merge; onJoin: () => void; onTheirs: () => void }) {
  const styles = useStyles();
  const { conflicts, theirs } = props.result;
  return (
    <Banner
      intent="warning"
      title="Somebody changed the twin meanwhile."
      actions={
        <>
          <Button size="small" onClick={props.onJoin}>
            Join: mine on top
          </Button>
          <Button size="small" onClick={props.onTheirs}>
            Drop mine
          </Button>
        </>
      }
    >
      {theirs.length > 0 && (
        <>
          {' '}
          They changed what you did not:
          <ul className={styles.list}>
            {theirs.map((path) => (
              <li key={path}>{path}</li>
            ))}
          </ul>
        </>
      )}
      {conflicts.length > 0 && (
        <>
          {' '}
          Both changed, differently; joining takes yours:
          <ul className={styles.list}>
            {conflicts.map((path) => (
              <li key={path}>{path}</li>
            ))}
          </ul>
        </>
      )}
      {theirs.length + conflicts.length === 0 &&
        ' Neither tags nor desired properties differ from yours: it is safe to join.'}
    </Banner>
  );
}

export function TwinEditor({ hub, device }: { hub: string; device: string }) {
  const styles = useStyles();
  const query = useQuery(`twin ${hub} ${device}`, (signal) => getTwin(hub, device, signal), {
    every: EVERY_MS,
  });
  const [draft, setDraft] = useState<Draft | null>(null);
  const [saved, setSaved] = useState(false);
  const action = useAction();
  const twin = query.data;
  if (!twin)
    return query.error ? (
      <QueryError of={query} />
    ) : (
      <Loading label="Loading the twin" />
    );

  const text = draft?.text ?? shownText(twin);
  const parsed = parseJson(text);
  const error = parsed.fault ? null : editableError(parsed.value);
  const ours = !parsed.fault && !error && isObject(parsed.value) ? asEditable(parsed.value) : null;
  const base = draft ? editable(draft.base) : editable(twin);
  const patch = ours && twinPatch(base, ours);
  // Reported properties change the ETag as well; that is nobody's edit of what is edited here.
  const moved =
    draft !== null &&
    draft.base.etag !== twin.etag &&
    !(same(editable(twin).tags, base.tags) && same(editable(twin).desired, base.desired));
  const stale = action.error instanceof ApiError && action.error.status === 412;

  const save = async () => {
    if (!patch) return;
    const done = await action.run(async () => {
      const over = draft && !moved ? twin : (draft?.base ?? twin);
      await patchTwin(hub, over, patch);
    });
    await query.refresh();
    if (done) {
      setDraft(null);
      setSaved(true);
    }
  };
  const join = () => {
    if (!ours) return;
    setDraft({ base: twin, text: pretty(merge(base, ours, editable(twin)).merged) });
    action.clear();
  };
  const drop = () => {
    setDraft(null);
    action.clear();
  };
  const { desired, reported } = twin.properties;
  return (
    <Section title="Device twin">
      <Essentials
        facts={[
          { label: 'Twin version', value: String(twin.version) },
          { label: 'ETag', value: twin.etag },
          { label: 'Desired version', value: versionText(desired) },
          { label: 'Desired updated', value: <Time at={updatedAt(desired)} /> },
          { label: 'Reported version', value: versionText(reported) },
          { label: 'Reported updated', value: <Time at={updatedAt(reported)} /> },
        ]}
      />
      <QueryError of={query} />
      {moved && ours && (
        <Conflict result={merge(base, ours, editable(twin))} onJoin={join} onTheirs={drop} />
      )}
      {!stale && <ErrorBar error={action.error} title="The twin was not saved." />}
      {stale && !moved && (
        <Banner intent="warning" title="The twin was not saved.">
          {' '}
          It changed in the same moment. Save again.
        </Banner>
      )}
      {saved && !draft && <Banner intent="success">Saved.</Banner>}
      <div className={styles.columns}>
        <JsonEditor
          label="Tags and desired properties"
          value={text}
          fault={parsed.fault}
          error={error}
          onChange={(next) => {
            setSaved(false);
            setDraft({ base: draft?.base ?? twin, text: next });
          }}
        />
        <JsonEditor label="Reported properties (by the device)" value={pretty(reportedOf(twin))} />
      </div>
      <div className={styles.row}>
        <Button
          appearance="primary"
          disabled={!patch || moved || action.busy}
          icon={action.busy ? <Spinner size="tiny" /> : undefined}
          onClick={() => void save()}
        >
          Save twin
        </Button>
        <Button disabled={!draft || action.busy} onClick={drop}>
          Discard
        </Button>
        {draft && ours && !patch && <span>Nothing is changed.</span>}
      </div>
    </Section>
  );
}
