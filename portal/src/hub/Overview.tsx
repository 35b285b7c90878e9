// A hub at a glance: banners, essentials, what goes on now.
import { makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { TagsPane } from '../components/TagsPane';
import { count, duration, plural } from '../components/format';
import { AppsListRegular, ArrowSwapRegular, DeleteRegular, TagRegular } from '../components/icons';
import { CopyButton, QueryError, Essentials, Section, StateText, Tag, To } from '../components/parts';
import { hubProtection, hubTone, ownerRegion, pairRegion } from '../components/state';
import { groupOf } from '../pages/Hubs';
import { dailyLimit, skuOf } from '../pages/create/tiers';
import { useDisplayName, useStatus, useSubscription } from '../shell/context';
import { DeleteHub } from './DeleteHub';
import { HubBanners } from './HubBanners';
import { HubPane } from './HubPane';
import { useHub } from './context';
import { LineChart } from './parts/LineChart';
import { changeHub } from './requests';
import { useMetrics, useStatusSamples } from './useSamples';

const useStyles = makeStyles({
  charts: {
    display: 'grid', gap: '16px',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(320px, 100%), 1fr))',
  },
  card: {
    border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge,
    padding: '12px 16px', minWidth: 0,
  },
  inline: {
    display: 'inline-flex', alignItems: 'center', columnGap: '12px', rowGap: '4px', flexWrap: 'wrap',
  },
});

const TOTALS = ['d2c.telemetry.ingress.success'];
const AVERAGES = ['connectedDeviceCount', 'tandem.replicationLag.seconds'];

function Charts() {
  const styles = useStyles();
  const hub = useHub();
  const totals = useMetrics(hub.id, TOTALS, 'Total').data;
  const averages = useMetrics(hub.id, AVERAGES, 'Average').data;
  const samples = useStatusSamples(hub.status);
  const series = (name: string, points: { at: number; value: number | null }[]) => [
    { name, points },
  ];
  const measured = (name: string) => {
    const points = averages?.[name];
    return points?.some((point) => point.value !== null) ? points : undefined;
  };
  const messages = totals?.[TOTALS[0]!];
  return (
    <Section title="Now">
      <div className={styles.charts}>
        {messages && (
          <div className={styles.card}>
            <LineChart
              title="Messages a minute"
              series={series('Messages', messages)}
              format={count}
            />
          </div>
        )}
        <div className={styles.card}>
          <LineChart
            title="Connected devices"
            series={series('Devices', measured(AVERAGES[0]!) ?? samples.devices)}
            format={(value) => count(Math.round(value))}
          />
        </div>
        <div className={styles.card}>
          <LineChart
            title="Replication lag"
            series={series('Lag', measured(AVERAGES[1]!) ?? samples.lag)}
            format={duration}
          />
        </div>
      </div>
    </Section>
  );
}

function addressesOf(hub: string, regions: { endpoints: { address: string }[] }[]): string {
  const all = new Set(regions.flatMap((region) => region.endpoints.map((one) => one.address)));
  return all.size ? [...all].join(', ') : `not reported for ${hub}`;
}

export default function Overview() {
  const styles = useStyles();
  const navigate = useNavigate();
  const display = useDisplayName();
  const hub = useHub();
  const { status, arm } = hub;
  const subscription = useSubscription();
  const regions = useStatus().data?.regions ?? [];
  const [pane, setPane] = useState<'' | 'delete' | 'tags'>('');
  const group = groupOf(status);
  const owner = ownerRegion(status);
  const pair = pairRegion(status);
  const protection = hubProtection(status);
  const properties = arm.data?.properties;
  const host = properties?.hostName ?? status.hostNames[0] ?? '';
  const sku = arm.data?.sku;
  const location = (role: string) =>
    properties?.locations?.find((one) => one.role === role)?.location ?? 'none';
  const tags = Object.entries(arm.data?.tags ?? {});
  const own = regions.filter((one) => status.regions.some((region) => region.region === one.name));
  return (
    <>
      <HubPane
        commands={[
          { key: 'devices', text: 'Devices', icon: <AppsListRegular />,
            onClick: () => void navigate(`${hub.path}/devices`) },
          { key: 'failover', text: 'Failover', icon: <ArrowSwapRegular />,
            onClick: () => void navigate(`${hub.path}/failover`) },
          { key: 'tags', text: 'Edit tags', icon: <TagRegular />, onClick: () => setPane('tags'),
            disabled: !arm.data },
        ]}
        onRefresh={() => Promise.all([hub.statusQuery.refresh(), arm.refresh()])}
        more={[
          { key: 'delete', text: 'Delete', icon: <DeleteRegular />, divider: true,
            onClick: () => setPane('delete') },
        ]}
      >
        <HubBanners />
        <QueryError of={arm} />
        <Section title="Essentials">
          <Essentials
            facts={[
              { label: 'Resource group',
                value: <To to={`/groups/${encodeURIComponent(group)}`}>{group}</To> },
              {
                label: 'Host name',
                value: (
                  <span className={styles.inline}>
                    {host} <CopyButton text={host} label="host name" />
                  </span>
                ),
              },
              {
                label: 'Status',
                value: (
                  <span className={styles.inline}>
                    <StateText tone={hubTone(status)}>{status.state}</StateText>
                    <StateText tone={protection.tone}>{protection.text}</StateText>
                  </span>
                ),
              },
              { label: 'Owner', value: `${display(status.owner)}, epoch ${status.epoch}` },
              { label: 'Location', value: display(status.location) },
              { label: 'Primary location', value: location('primary') },
              { label: 'Secondary location', value: location('secondary') },
              { label: 'Subscription', value: subscription?.displayName ?? '–' },
              {
                label: 'Tier',
                value: sku
                  ? `${sku.tier} (${sku.name}), ${plural(sku.capacity, 'unit')}, ${count(
                      dailyLimit(skuOf(sku.name), sku.capacity),
                    )} messages a day`
                  : '–',
              },
              { label: 'IP addresses', value: addressesOf(hub.name, own) },
              {
                label: 'Replication',
                value: `${status.goal}, automatic failover ${status.automaticFailover ? 'on' : 'off'}`,
              },
              {
                label: 'Pair lag',
                value: !pair
                  ? 'no pair'
                  : owner?.connected && owner.lagSeconds !== undefined
                    ? `${duration(owner.lagSeconds)}, ${plural(owner.lagRecords ?? 0, 'record')}`
                    : 'not known',
              },
              {
                label: 'Devices',
                value: [
                  owner?.connectedDevices !== undefined &&
                    `${count(owner.connectedDevices)} connected`,
                  status.quota && `${count(status.quota.devices)} registered`,
                ]
                  .filter(Boolean)
                  .join(', ') || '–',
              },
              {
                label: 'Messages today',
                value: status.quota
                  ? count(status.quota.messagesToday) +
                    (status.quota.messagesMax > 0
                      ? ` of ${count(status.quota.messagesMax)}`
                      : ', no limit')
                  : '–',
              },
              {
                label: 'Tags',
                value: tags.length ? (
                  <span className={styles.inline}>
                    {tags.map(([name, value]) => (
                      <Tag key={name}>
                        {name}: {value}
                      </Tag>
                    ))}
                  </span>
                ) : (
                  'none'
                ),
              },
            ]}
          />
        </Section>
        <Charts />
      </HubPane>
      <DeleteHub open={pane === 'delete'} onClose={() => setPane('')} />
      {pane === 'tags' && (
        <TagsPane
          tags={arm.data?.tags ?? {}}
          onClose={() => setPane('')}
          onSave={async (next) => {
            await changeHub(hub.id, () => ({ tags: next }));
            await arm.refresh();
          }}
        />
      )}
    </>
  );
}
