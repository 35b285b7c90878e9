// Region health across all hubs, and the evacuation of a region.
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';

import type { RegionStatus, Status } from '../api/types';
import { EvacuationProgress, EvacuatePane, useEvacuations } from './Evacuation';
import { duration, plural } from '../components/format';
import {
  BladeHeader, QueryError, Essentials, Loading, Section, StateText,
} from '../components/parts';
import { Page } from '../components/Page';
import { regionState, regionTone } from '../components/state';
import { useDisplayName, useStatus } from '../shell/context';
import { HealthStrip } from './Home';
import { regionNumbers } from './regionNumbers';

const useStyles = makeStyles({
  cards: {
    display: 'grid', gap: '16px',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(420px, 100%), 1fr))',
  },
  card: {
    border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge,
    padding: '16px', display: 'flex', flexDirection: 'column', gap: '12px', minWidth: 0,
  },
  head: { display: 'flex', alignItems: 'center', gap: '12px', flexWrap: 'wrap' },
  name: { margin: 0, fontSize: tokens.fontSizeBase400, flexGrow: 1 },
});

function RegionCard(props: {
  region: RegionStatus;
  status: Status;
  evacuating: boolean;
  onEvacuate: () => void;
}) {
  const styles = useStyles();
  const display = useDisplayName();
  const { region, status } = props;
  const numbers = regionNumbers(region.name, status.hubs);
  return (
    <section className={styles.card} aria-label={region.displayName}>
      <div className={styles.head}>
        <h2 className={styles.name}>{region.displayName}</h2>
        <StateText tone={regionTone(region)}>{regionState(region)}</StateText>
      </div>
      <Essentials
        facts={[
          { label: 'Name', value: region.name },
          { label: 'Paired region', value: display(region.pairedRegion) },
          {
            label: 'Last report',
            value:
              region.lastReportSecondsAgo === null
                ? 'never'
                : `${duration(region.lastReportSecondsAgo)} ago`,
          },
          { label: 'Hubs owned', value: `${numbers.owned}, of these serving: ${numbers.serving}` },
          { label: 'Hubs followed',
            value: `${numbers.followed}, of these eligible: ${numbers.eligible}` },
          {
            label: 'Largest pair lag',
            value:
              numbers.lagSeconds === null
                ? 'not known'
                : `${duration(numbers.lagSeconds)}, ${plural(numbers.lagRecords, 'record')} in all`,
          },
          { label: 'Connected devices', value: numbers.devices ?? 'not known' },
          {
            label: 'Disk',
            value: !region.connected ? 'not known' : region.writable ? 'writable' : 'not writable',
          },
          {
            label: 'Endpoints',
            value:
              region.endpoints
                .map((one) => `${one.protocol} ${one.address}:${one.port}`)
                .join(', ') || 'none reported',
          },
        ]}
      />
      <div className={styles.head}>
        <Button
          onClick={props.onEvacuate}
          disabled={numbers.owned === 0 || props.evacuating}
          aria-label={`Evacuate ${region.displayName}`}
        >
          Evacuate
        </Button>
        {numbers.owned === 0 && <span>It owns no hub.</span>}
      </div>
    </section>
  );
}

export default function Regions() {
  const styles = useStyles();
  const status = useStatus();
  const [asked, setAsked] = useState<string | null>(null);
  const evacuations = useEvacuations();
  const data = status.data;
  const region = data?.regions.find((one) => one.name === asked);
  return (
    <>
      <Page
        header={
          <BladeHeader
            title="Regions"
            subtitle="Health of the regions across all hubs"
            crumbs={[{ text: 'Home', to: '/' }]}
          />
        }
        onRefresh={status.refresh}
      >
        {!data && <QueryError of={status} />}
        {status.loading && <Loading />}
        {data && (
          <>
            <HealthStrip status={data} />
            {evacuations.data?.slice(0, 1).map((operation) => (
              <EvacuationProgress key={operation.id} operation={operation} />
            ))}
            <Section title="Regions">
              <div className={styles.cards}>
                {data.regions.map((one) => (
                  <RegionCard
                    key={one.name}
                    region={one}
                    status={data}
                    evacuating={!!evacuations.data?.some(
                      (operation) =>
                        operation.region === one.name && /^running$/i.test(operation.status),
                    )}
                    onEvacuate={() => setAsked(one.name)}
                  />
                ))}
              </div>
            </Section>
          </>
        )}
      </Page>
      {data && region && (
        <EvacuatePane
          region={region}
          hubs={data.hubs.filter((hub) => hub.owner === region.name)}
          onClose={() => setAsked(null)}
          onStarted={() => {
            setAsked(null);
            void evacuations.refresh();
          }}
        />
      )}
    </>
  );
}
