// What the hub is: its properties, its tags, its document; and the end of it.
import { makeStyles } from '@fluentui/react-components';
import { useState } from 'react';

import { plural } from '../components/format';
import { DeleteRegular } from '../components/icons';
import { CopyField, Essentials, Section, Time } from '../components/parts';
import { SaveBar, useEdit } from '../components/SaveBar';
import { TagFields } from '../components/fields';
import { checkTags, tagsOf } from '../pages/create/validation';
import { useHub } from './context';
import { DeleteHub } from './DeleteHub';
import { HubPane } from './HubPane';
import { displayName } from './logic/failover';
import { pretty } from './logic/jsonText';
import { JsonEditor } from './parts/JsonEditor';
import { changeHub } from './requests';

const useStyles = makeStyles({
  stack: { display: 'flex', flexDirection: 'column', gap: '12px', maxWidth: '900px' },
});

function Tags() {
  const styles = useStyles();
  const { id, arm } = useHub();
  const known = Object.entries(arm.data?.tags ?? {}).map(([name, value]) => ({ name, value }));
  const edit = useEdit(known, async (rows) => {
    await changeHub(id, () => ({ tags: tagsOf(rows) }));
    await arm.refresh();
  });
  const wrong = checkTags(edit.draft);
  return (
    <div className={styles.stack}>
      {edit.draft.length === 0 && <span>The hub has no tags.</span>}
      <TagFields rows={edit.draft} wrong={wrong} onChange={edit.change} />
      <SaveBar
        edit={edit}
        ready={wrong.every((one) => one === null)}
        text="Save tags"
        saved="Saved."
      />
    </div>
  );
}

export default function PropertiesPane() {
  const styles = useStyles();
  const { arm, status } = useHub();
  const [deleting, setDeleting] = useState(false);
  const hub = arm.data;
  return (
    <>
      <HubPane
        title="Properties"
        commands={[
          {
            key: 'delete',
            text: 'Delete hub',
            icon: <DeleteRegular />,
            onClick: () => setDeleting(true),
          },
        ]}
        of={arm}
      >
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
              <Tags />
            </Section>
            <Section title="Document">
              <JsonEditor label="As the management API sends it" value={pretty(hub)} rows={24} />
            </Section>
          </>
        )}
      </HubPane>
      <DeleteHub open={deleting} onClose={() => setDeleting(false)} />
    </>
  );
}
