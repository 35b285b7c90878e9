// The whole installation at a glance: three numbers that must be zero, and what stands behind them.
import { Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useNavigate } from 'react-router';

import {
  health, hubProtection, hubTone, lostRegions, needsAttention, regionState, regionTone,
} from '../components/state';
import { AddRegular, AppsListRegular, FolderRegular } from '../components/icons';
import {
  BladeHeader, CommandBar, EmptyState, QueryError, Loading, PageBody, Section, StateText, To,
} from '../components/parts';
import { Table } from '../components/Table';
import { duration, plural } from '../components/format';
import type { HubStatus, Status } from '../api/types';
import { useDisplayName, useStatus } from '../shell/context';

const SHOWN_MAX = 50;

const useStyles = makeStyles({
  strip: {
    display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(150px, 1fr))', gap: '12px',
    margin: 0, padding: 0, listStyleType: 'none',
  },
  tile: {
    padding: '12px 16px', borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1, display: 'flex', flexDirection: 'column',
  },
  number: { fontSize: '32px', lineHeight: '40px', fontWeight: tokens.fontWeightSemibold },
  note: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  warn: { backgroundColor: tokens.colorStatusWarningBackground1 },
  bad: { backgroundColor: tokens.colorStatusDangerBackground1 },
  cards: {
    display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(min(280px, 100%), 1fr))',
    gap: '12px',
  },
  card: {
    border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge,
    padding: '12px 16px', display: 'flex', flexDirection: 'column', gap: '6px', minWidth: 0,
  },
});

export function HealthStrip({ status }: { status: Status }) {
  const styles = useStyles();
  const numbers = health(status);
  const regionsLost = lostRegions(status).length;
  const tiles: { label: string; value: number; note: string; tone?: 'warn' | 'bad' }[] = [
    { label: 'Hubs serving', value: numbers.serving, note: 'an owner answers devices' },
    {
      label: 'Unprotected', value: numbers.unprotected, note: 'serving, but the pair is not ready',
      tone: 'warn',
    },
    { label: 'Unavailable', value: numbers.unavailable, note: 'nobody serves them', tone: 'bad' },
    { label: 'Regions unreachable', value: regionsLost, note: 'no link to control', tone: 'bad' },
  ];
  return (
    <ul className={styles.strip} aria-label="Health">
      {tiles.map((tile) => (
        <li
          key={tile.label}
          className={mergeClasses(styles.tile, tile.tone && tile.value > 0 && styles[tile.tone])}
        >
          <span>{tile.label}</span>
          <span className={styles.number}>{tile.value}</span>
          <span className={styles.note}>{tile.note}</span>
        </li>
      ))}
    </ul>
  );
}

function Trouble({ hubs }: { hubs: HubStatus[] }) {
  const name = useDisplayName();
  if (hubs.length === 0)
    return <StateText tone="good">Every hub is serving and protected.</StateText>;
  return (
    <Table
      label="Hubs that need attention"
      rows={hubs.slice(0, SHOWN_MAX)}
      rowKey={(hub) => hub.name}
      minWidth={560}
      columns={[
        {
          key: 'hub', title: 'Hub',
          render: (hub) => <To to={`/hubs/${encodeURIComponent(hub.name)}`}>{hub.name}</To>,
        },
        { key: 'owner', title: 'Active region', render: (hub) => name(hub.owner) },
        {
          key: 'state', title: 'State',
          render: (hub) => <StateText tone={hubTone(hub)}>{hub.state}</StateText>,
        },
        {
          key: 'pair', title: 'Pair',
          render: (hub) => {
            const protection = hubProtection(hub);
            return <StateText tone={protection.tone}>{protection.text}</StateText>;
          },
        },
        {
          key: 'failover', title: 'What to do', kind: 'actions',
          render: (hub) => (
            <To to={`/hubs/${encodeURIComponent(hub.name)}/failover`}>Failover</To>
          ),
        },
      ]}
    />
  );
}

function RegionCards({ status }: { status: Status }) {
  const styles = useStyles();
  return (
    <div className={styles.cards}>
      {status.regions.map((region) => {
        const owned = status.hubs.filter((hub) => hub.owner === region.name).length;
        return (
          <div key={region.name} className={styles.card}>
            <strong>{region.displayName}</strong>
            <StateText tone={regionTone(region)}>{regionState(region)}</StateText>
            <span className={styles.note}>
              {plural(owned, 'hub')} owned
              {region.lastReportSecondsAgo !== null && !region.connected && (
                <>, last heard {duration(region.lastReportSecondsAgo)} ago</>
              )}
            </span>
          </div>
        );
      })}
    </div>
  );
}

function ManagementCopies({ status }: { status: Status }) {
  const styles = useStyles();
  const management = status.management;
  if (!management) return null;
  return (
    <Section title="Management plane">
      <div className={styles.cards}>
        <div className={styles.card}>
          <strong>Runs at {management.site}</strong>
          <StateText tone={management.safe ? 'good' : 'warn'}>
            {management.safe ? 'its records are copied' : 'its newest records are not copied yet'}
          </StateText>
          <span className={styles.note}>term {management.term}</span>
        </div>
        {management.copies.map((copy) => (
          <div key={copy.region} className={styles.card}>
            <strong>Copy in {copy.region}</strong>
            <StateText tone={copy.connected ? 'good' : 'bad'}>
              {copy.connected ? 'connected' : 'unreachable'}
            </StateText>
            <span className={styles.note}>{duration(copy.behindSeconds)} behind</span>
          </div>
        ))}
      </div>
    </Section>
  );
}

export default function Home() {
  const navigate = useNavigate();
  const status = useStatus();
  const data = status.data;
  return (
    <>
      <BladeHeader title="Home" subtitle="Tandem" />
      <CommandBar
        commands={[
          {
            key: 'create', text: 'Create an IoT hub', icon: <AddRegular />,
            onClick: () => void navigate('/create'),
          },
          {
            key: 'hubs', text: 'IoT hubs', icon: <AppsListRegular />,
            onClick: () => void navigate('/hubs'),
          },
          {
            key: 'groups', text: 'Resource groups', icon: <FolderRegular />,
            onClick: () => void navigate('/groups'),
          },
        ]}
      />
      <PageBody>
        {!data && <QueryError of={status} />}
        {status.loading && <Loading />}
        {data && (
          <>
            <HealthStrip status={data} />
            {data.hubs.length === 0 ? (
              <EmptyState title="There is no IoT hub yet." icon={<AppsListRegular />}>
                <Button appearance="primary" onClick={() => void navigate('/create')}>
                  Create an IoT hub
                </Button>
              </EmptyState>
            ) : (
              <Section title="Needs attention">
                <Trouble hubs={data.hubs.filter(needsAttention)} />
              </Section>
            )}
            <Section title="Regions" actions={<To to="/regions">Region health</To>}>
              <RegionCards status={data} />
            </Section>
            <ManagementCopies status={data} />
          </>
        )}
      </PageBody>
    </>
  );
}
