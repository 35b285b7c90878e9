// The evacuation of a region: every hub that it owns moves to its pair.
import {
  Field, ProgressBar, Radio, RadioGroup, makeStyles, tokens,
} from '@fluentui/react-components';
import { useState } from 'react';

import { evacuateRegion, getOperation, listOperations } from '../api/control';
import type { EvacuateOperation, HubStatus, RegionStatus } from '../api/types';
import { useQuery } from '../api/useQuery';
import { ConfirmPane } from '../components/FormPane';
import { Table } from '../components/Table';
import { count, duration, plural } from '../components/format';
import { Banner, Section, StateText, Time, To } from '../components/parts';
import { ownerRegion, type Tone } from '../components/state';
import { useDisplayName } from '../shell/context';
import { track } from '../shell/notifications';

const useStyles = makeStyles({
  line: { display: 'flex', gap: '16px', flexWrap: 'wrap', alignItems: 'center' },
  note: { color: tokens.colorNeutralForeground2 },
});

const running = (operation: { status: string }) => /^running$/i.test(operation.status);

/** Evacuations that run, or the newest; the newest first. */
export function useEvacuations() {
  return useQuery<EvacuateOperation[]>(
    'evacuations',
    async (signal) => {
      const all = await listOperations(signal);
      const own = all.filter((one) => one.kind === 'evacuate');
      const shown = own.filter((one, index) => index === 0 || running(one));
      return Promise.all(shown.map((one) => getOperation<EvacuateOperation>(one.id, signal)));
    },
    { every: 1500 },
  );
}

const tones: Record<string, Tone> = {
  Waiting: 'idle', Running: 'busy', Succeeded: 'good', Failed: 'bad', Skipped: 'idle',
};

export function EvacuationProgress({ operation }: { operation: EvacuateOperation }) {
  const styles = useStyles();
  const display = useDisplayName();
  const busy = running(operation);
  const failed = operation.hubs.filter((hub) => hub.status === 'Failed').length;
  const title = `Evacuation of ${display(operation.region)}`;
  return (
    <Section title={title}>
      <Banner
        intent={busy ? 'info' : failed > 0 ? 'error' : 'success'}
        title={
          busy ? 'In progress.' : failed > 0 ? `Ended; ${plural(failed, 'hub')} failed.` : 'Complete.'
        }
      >
        {operation.done} of {operation.total} hubs done
        {operation.seconds !== undefined && !busy && <>, in {duration(operation.seconds)}</>}.
      </Banner>
      <ProgressBar
        aria-label={title}
        value={operation.total === 0 ? 1 : operation.done / operation.total}
        color={failed > 0 ? 'error' : 'brand'}
      />
      <div className={styles.line}>
        <span className={styles.note}>{operation.forced ? 'forced' : 'planned'}</span>
        <span className={styles.note}>
          begun <Time at={operation.startedAt} />
        </span>
      </div>
      <Table
        label={title}
        minWidth={720}
        rows={operation.hubs}
        rowKey={(row) => row.hub}
        columns={[
          {
            key: 'hub', title: 'Hub', sort: (row) => row.hub,
            render: (row) => <To to={`/hubs/${encodeURIComponent(row.hub)}/failover`}>{row.hub}</To>,
          },
          {
            key: 'status', title: 'Status', sort: (row) => row.status,
            render: (row) => (
              <>
                <StateText tone={tones[row.status] ?? 'idle'}>{row.status}</StateText>
                {row.error && <div className={styles.note}>{row.error}</div>}
              </>
            ),
          },
          { key: 'to', title: 'To', render: (row) => display(row.toRegion) },
          {
            key: 'seconds', title: 'Took', width: '90px', sort: (row) => row.seconds ?? -1,
            render: (row) => (row.seconds == null ? '–' : duration(row.seconds)),
          },
          {
            key: 'lost', title: 'Lost records', width: '120px', sort: (row) => row.lostRecords ?? -1,
            render: (row) =>
              row.lostRecords == null
                ? '–'
                : `${row.exact === false ? 'at least ' : ''}${count(row.lostRecords)}`,
          },
        ]}
      />
    </Section>
  );
}

export function EvacuatePane(props: {
  region: RegionStatus;
  hubs: HubStatus[];
  onClose: () => void;
  onStarted: () => void;
}) {
  const { region, hubs } = props;
  const [forced, setForced] = useState(!region.connected);
  const atRisk = hubs.reduce(
    (sum, hub) => sum + (hub.atRiskTotal?.records ?? ownerRegion(hub)?.lagRecords ?? 0),
    0,
  );
  return (
    <ConfirmPane
      open
      title={`Evacuate ${region.displayName}`}
      confirmWith={region.name}
      confirmLabel="Enter the name of the region to confirm"
      submit="Evacuate"
      onClose={props.onClose}
      onConfirm={async () => {
        await track({
          title: `Evacuating region ${region.displayName}`,
          done: `Evacuated region ${region.displayName}`,
          link: '/regions',
          start: () => evacuateRegion(region.name, forced),
        });
        props.onStarted();
      }}
    >
      <p style={{ margin: 0 }}>
        {plural(hubs.length, 'hub')} will be failed over to the paired region, many at a time. The
        limits on the number of failovers do not stop an evacuation.
      </p>
      <Field label="How">
        <RadioGroup
          value={forced ? 'forced' : 'planned'}
          onChange={(_, data) => setForced(data.value === 'forced')}
        >
          <Radio
            value="planned"
            disabled={!region.connected}
            label="Planned: nothing is lost. The region must be reachable."
          />
          <Radio
            value="forced"
            label="Forced: at once, without the region. What its pair does not have is lost."
          />
        </RadioGroup>
      </Field>
      {forced && (
        <Banner intent="warning" title={`${plural(atRisk, 'record')} could be lost.`}>
          Counted from the pair lag that the region reported last.
        </Banner>
      )}
    </ConfirmPane>
  );
}
