// What the hub is: its properties, its tags, its document; and the end of it.
import { Button, Input, Spinner, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { deleteHub } from '../api/control';
import { plural } from '../components/format';
import { AddRegular, ArrowClockwiseRegular, DeleteRegular } from '../components/icons';
import {
  Banner,
  CommandBar,
  CopyField,
  ErrorBar,
  Essentials,
  Loading,
  PageBody,
  Section,
  Time,
} from '../components/parts';
import { ConfirmDrawer } from '../components/SidePane';
import { track } from '../shell/notifications';
import { useHub } from './context';
import { HubHeader } from './HubHeader';
import { displayName } from './logic/failover';
import { tagNameError } from './logic/identity';
import { pretty } from './logic/jsonText';
import { JsonEditor } from './parts/JsonEditor';
import { useAction } from './parts/useAction';
import { changeHub } from './requests';

const useStyles = makeStyles({
  stack: { display: 'flex', flexDirection: 'column', gap: '12px', maxWidth: '900px' },
  tag: {
    display: 'grid',
    gridTemplateColumns: '1fr 1fr auto',
    gap: '8px',
    maxWidth: '720px',
    '& > *': { minWidth: 0 },
  },
  row: { display: 'flex', gap: '8px' },
  error: { color: tokens.colorStatusDangerForeground1, fontSize: tokens.fontSizeBase200 },
});

type Tags = [string, string][];

function TagsEditor() {
  const styles = useStyles();
  const { id, arm } = useHub();
  const [edited, setEdited] = useState<Tags | null>(null);
  const [saved, setSaved] = useState(false);
  const action = useAction();
  const now: Tags = Object.entries(arm.data?.tags ?? {});
  const tags = edited ?? now;
  const changed = JSON.stringify(tags) !== JSON.stringify(now);
  const errors = tags.map(([name], i) =>
    tagNameError(
      name.trim(),
      tags.slice(0, i).map(([other]) => other.trim()),
    ),
  );
  const change = (next: Tags) => {
    setSaved(false);
    setEdited(next);
  };
  const set = (i: number, name: string, value: string) =>
    change(tags.map((tag, j): [string, string] => (j === i ? [name, value] : tag)));
  const save = async () => {
    const done = await action.run(async () => {
      const wish = Object.fromEntries(tags.map(([name, value]) => [name.trim(), value]));
      await changeHub(id, () => ({ tags: wish }));
      await arm.refresh();
    });
    if (done) {
      setEdited(null);
      setSaved(true);
    }
  };
  return (
    <div className={styles.stack}>
      {tags.length === 0 && <span>The hub has no tags.</span>}
      {tags.map(([name, value], i) => (
        <div key={i}>
          <div className={styles.tag} role="group" aria-label={`Tag ${i + 1}`}>
            <Input
              aria-label={`Name of tag ${i + 1}`}
              placeholder="Name"
              value={name}
              onChange={(_, data) => set(i, data.value, value)}
            />
            <Input
              aria-label={`Value of tag ${i + 1}`}
              placeholder="Value"
              value={value}
              maxLength={256}
              onChange={(_, data) => set(i, name, data.value)}
            />
            <Button
              appearance="subtle"
              icon={<DeleteRegular />}
              aria-label={`Remove tag ${i + 1}`}
              onClick={() => change(tags.filter((_, j) => j !== i))}
            />
          </div>
          {errors[i] && (
            <div className={styles.error} role="alert">
              {errors[i]}
            </div>
          )}
        </div>
      ))}
      <ErrorBar error={action.error} />
      {saved && !changed && <Banner intent="success">Saved.</Banner>}
      <div className={styles.row}>
        <Button icon={<AddRegular />} onClick={() => change([...tags, ['', '']])}>
          Add a tag
        </Button>
        <Button
          appearance="primary"
          disabled={!changed || errors.some((one) => one) || action.busy}
          icon={action.busy ? <Spinner size="tiny" /> : undefined}
          onClick={() => void save()}
        >
          Save tags
        </Button>
      </div>
    </div>
  );
}

export default function PropertiesPane() {
  const styles = useStyles();
  const { id, name, arm, status } = useHub();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const hub = arm.data;
  return (
    <>
      <HubHeader pane="Properties" />
      <CommandBar
        commands={[
          {
            key: 'delete',
            text: 'Delete hub',
            icon: <DeleteRegular />,
            onClick: () => setDeleting(true),
          },
          {
            key: 'refresh',
            text: 'Refresh',
            icon: <ArrowClockwiseRegular />,
            onClick: () => void arm.refresh(),
          },
        ]}
      />
      <PageBody>
        <ErrorBar error={arm.error} onRetry={() => void arm.refresh()} />
        {arm.loading && <Loading />}
        {hub && (
          <>
            <Essentials
              facts={[
                { label: 'Status', value: hub.properties.state ?? '–' },
                { label: 'Tier', value: `${hub.sku.name}, ${plural(hub.sku.capacity, 'unit')}` },
                { label: 'Created in', value: displayName(status, status.location) },
                { label: 'Created', value: <Time at={hub.systemData?.createdAt} /> },
                { label: 'Current location', value: displayName(status, status.owner) },
                { label: 'Failover location', value: displayName(status, status.failoverRegion) },
                { label: 'Partitions', value: String(status.partitionCount) },
                { label: 'ETag', value: hub.etag ?? '–' },
              ]}
            />
            <div className={styles.stack}>
              <CopyField label="Host name" value={hub.properties.hostName ?? ''} />
              <CopyField label="Resource ID" value={hub.id} />
            </div>
            <Section title="Tags">
              <TagsEditor />
            </Section>
            <Section title="Document">
              <JsonEditor label="As the management API sends it" value={pretty(hub)} rows={24} />
            </Section>
          </>
        )}
      </PageBody>
      <ConfirmDrawer
        open={deleting}
        title={`Delete ${name}`}
        confirmWith="yes"
        confirmLabel="Type yes to confirm"
        buttonText="Delete"
        onClose={() => setDeleting(false)}
        onConfirm={async () => {
          await track({
            title: `Deleting IoT hub '${name}'`,
            done: `Deleted IoT hub '${name}'`,
            start: () => deleteHub(id),
          });
          void navigate('/hubs');
        }}
      >
        The hub <strong>{name}</strong> is deleted in both regions: its devices, their twins, its
        messages and its history of failovers. This cannot be taken back.
      </ConfirmDrawer>
    </>
  );
}
