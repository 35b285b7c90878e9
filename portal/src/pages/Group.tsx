// One resource group: what is in it, its tags, and its deletion.
import { ProgressBar, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { ApiError } from '../api/client';
import { deleteGroup, getGroup, listGroupResources, putGroup } from '../api/control';
import type { GenericResource } from '../api/types';
import { useQuery } from '../api/useQuery';
import { ConfirmPane } from '../components/FormPane';
import { Table } from '../components/Table';
import { TagsPane } from '../components/TagsPane';
import {
  AddRegular, AppsListRegular, ArrowClockwiseRegular, DeleteRegular, TagRegular,
} from '../components/icons';
import {
  Banner, BladeHeader, CommandBar, EmptyState, QueryError, Essentials, Loading, PageBody, Section,
  StateText, Tag, To,
} from '../components/parts';
import { plural } from '../components/format';
import { hubTone } from '../components/state';
import { useDisplayName, useStatus, useSubscription } from '../shell/context';
import { track, useNotifications } from '../shell/notifications';
import { deleteHubs } from './Hubs';

const useStyles = makeStyles({ list: { margin: 0 } });

export default function Group() {
  const styles = useStyles();
  const navigate = useNavigate();
  const name = useParams().group ?? '';
  const subscription = useSubscription();
  const id = subscription?.subscriptionId;
  const display = useDisplayName();
  const status = useStatus();
  const group = useQuery(id ? `group ${id} ${name}` : null, (signal) => getGroup(id!, name, signal), {
    every: 4000,
  });
  const resources = useQuery(
    id ? `resources ${id} ${name}` : null,
    (signal) => listGroupResources(id!, name, signal),
    { every: 4000 },
  );
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [pane, setPane] = useState<'' | 'group' | 'resources' | 'tags'>('');
  const title = `Deleting resource group '${name}'`;
  const deletion = useNotifications().find(
    (one) => one.title === title && one.status === 'running',
  );
  const gone = group.error instanceof ApiError && group.error.status === 404;
  const all = gone ? [] : (resources.data ?? []);
  const chosen = all.filter((one) => picked.has(one.name));
  const stateOf = (one: GenericResource) => status.data?.hubs.find((hub) => hub.name === one.name);
  const deleting = deletion || group.data?.properties.provisioningState === 'Deleting';
  if (gone)
    return (
      <>
        <BladeHeader title={name} crumbs={[{ text: 'Resource groups', to: '/groups' }]} />
        <PageBody>
          {deletion && <ProgressBar aria-label={title} />}
          <EmptyState title={`There is no resource group '${name}'.`}>
            <To to="/groups">Resource groups</To>
          </EmptyState>
        </PageBody>
      </>
    );
  return (
    <>
      <BladeHeader
        title={name}
        subtitle="Resource group"
        crumbs={[{ text: 'Home', to: '/' }, { text: 'Resource groups', to: '/groups' }]}
      />
      <CommandBar
        commands={[
          { key: 'create', text: 'Create an IoT hub', icon: <AddRegular />,
            onClick: () => void navigate('/create') },
          { key: 'tags', text: 'Edit tags', icon: <TagRegular />, onClick: () => setPane('tags') },
          {
            key: 'refresh', text: 'Refresh', icon: <ArrowClockwiseRegular />,
            onClick: () => {
              void group.refresh();
              void resources.refresh();
            },
          },
          { key: 'group', text: 'Delete resource group', icon: <DeleteRegular />, divider: true,
            disabled: !!deleting, why: 'It is being deleted.', onClick: () => setPane('group') },
          { key: 'delete', text: 'Delete', icon: <DeleteRegular />, disabled: chosen.length === 0,
            why: 'Tick the resources to delete first.', onClick: () => setPane('resources') },
        ]}
      />
      <PageBody>
        {deleting && (
          <>
            <Banner intent="info" title="The resource group is being deleted.">
              {plural(all.length, 'resource')} left.
            </Banner>
            <ProgressBar aria-label={title} />
          </>
        )}
        <QueryError of={group} />
        {group.loading && <Loading />}
        {group.data && (
          <Essentials
            facts={[
              { label: 'Subscription', value: subscription?.displayName },
              { label: 'Location', value: display(group.data.location) },
              { label: 'State', value: group.data.properties.provisioningState },
              {
                label: 'Tags',
                value: Object.keys(group.data.tags ?? {}).length
                  ? Object.entries(group.data.tags ?? {}).map(([key, value]) => (
                      <Tag key={key}>
                        {key}: {value}
                      </Tag>
                    ))
                  : 'none',
              },
            ]}
          />
        )}
        <Section title="Resources">
          <QueryError of={resources} />
          {resources.data && all.length === 0 && (
            <EmptyState title="There is nothing in this resource group." icon={<AppsListRegular />} />
          )}
          {all.length > 0 && (
            <Table
              label="Resources"
              minWidth={560}
              rows={all}
              rowKey={(one) => one.name}
              selection={{ picked, onPick: setPicked }}
              columns={[
                {
                  key: 'name', title: 'Name', sort: (one) => one.name,
                  render: (one) => <To to={`/hubs/${encodeURIComponent(one.name)}`}>{one.name}</To>,
                },
                { key: 'type', title: 'Type', render: () => 'IoT hub' },
                { key: 'location', title: 'Location', sort: (one) => one.location,
                  render: (one) => display(one.location) },
                {
                  key: 'state', title: 'State',
                  render: (one) => {
                    const hub = stateOf(one);
                    return hub ? <StateText tone={hubTone(hub)}>{hub.state}</StateText> : '–';
                  },
                },
              ]}
            />
          )}
        </Section>
      </PageBody>
      <ConfirmPane
        open={pane === 'group'}
        title="Delete resource group"
        confirmWith={name}
        confirmLabel="Enter the name of the resource group to confirm"
        submit="Delete"
        onClose={() => setPane('')}
        onConfirm={async () => {
          await track({
            title,
            done: `Deleted resource group '${name}'`,
            start: () => deleteGroup(id!, name),
          });
          setPane('');
          void navigate('/groups');
        }}
      >
        <p style={{ margin: 0 }}>
          The group and everything in it will be deleted, in both regions. This cannot be undone.
        </p>
        <section aria-label="Resources to be deleted">
          {all.length === 0 ? 'It has no resources.' : `Resources to be deleted (${all.length}):`}
          <ul className={styles.list}>
            {all.map((one) => (
              <li key={one.id}>{one.name}, IoT hub</li>
            ))}
          </ul>
        </section>
      </ConfirmPane>
      <ConfirmPane
        open={pane === 'resources'}
        title="Delete resources"
        confirmWith="yes"
        confirmLabel="Type yes to confirm"
        submit="Delete"
        onClose={() => setPane('')}
        onConfirm={async () => {
          await deleteHubs(chosen);
          setPicked(new Set());
          setPane('');
        }}
      >
        <ul className={styles.list}>
          {chosen.map((one) => (
            <li key={one.id}>{one.name}, IoT hub</li>
          ))}
        </ul>
      </ConfirmPane>
      {pane === 'tags' && group.data && (
        <TagsPane
          tags={group.data.tags ?? {}}
          onClose={() => setPane('')}
          onSave={async (tags) => {
            await putGroup(id!, name, { location: group.data!.location, tags });
            await group.refresh();
          }}
        />
      )}
    </>
  );
}
