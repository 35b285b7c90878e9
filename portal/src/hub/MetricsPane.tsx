// Quotas of the day, and what was measured over time.
import {
  Dropdown,
  Field,
  Option,
  ProgressBar,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useMemo, useState } from 'react';

import { useQuery } from '../api/useQuery';
import { Choice } from '../components/fields';
import { bytes, count } from '../components/format';
import {
  EmptyState,
  ErrorBar,
  QueryError,
  Essentials,
  Loading,
  Section,
} from '../components/parts';
import { useHub } from './context';
import { HubPane } from './HubPane';
import { shortNumber, spans, timespan } from './logic/chart';
import {
  defaultMetrics,
  metricPoints,
  metricTitle,
  preferredMetrics,
  unitFormat,
} from './logic/metrics';
import { LineChart } from './parts/LineChart';
import { getMetrics, listMetricDefinitions, listQuotas, type Quota } from './requests';

const EVERY_MS = 15_000;
const CHARTS_MAX = 20; // names in one request

const useStyles = makeStyles({
  quotas: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(280px, 100%), 1fr))',
    gap: '24px',
    maxWidth: '900px',
  },
  charts: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(380px, 100%), 1fr))',
    gap: '24px',
  },
  choices: { display: 'flex', gap: '12px', flexWrap: 'wrap' },
  quiet: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

const quotaTitles: Record<string, string> = {
  TotalMessages: 'Messages today (UTC)',
  TotalDeviceCount: 'Devices',
};

function QuotaBar({ quota }: { quota: Quota }) {
  const styles = useStyles();
  const title = quotaTitles[quota.name] ?? quota.name;
  const share = quota.maxValue > 0 ? quota.currentValue / quota.maxValue : 0;
  return (
    <Field
      label={title}
      validationMessage={
        <span className={styles.quiet}>
          {count(quota.currentValue)} of {count(quota.maxValue)}
          {share > 0 && ` (${share < 0.001 ? '<0.1' : (share * 100).toFixed(1)} %)`}
        </span>
      }
      validationState="none"
    >
      <ProgressBar
        value={Math.min(1, share)}
        thickness="large"
        color={share >= 1 ? 'error' : share >= 0.8 ? 'warning' : 'brand'}
      />
    </Field>
  );
}

export default function MetricsPane() {
  const styles = useStyles();
  const { id, arm } = useHub();
  const [minutes, setMinutes] = useState(30);
  const span = spans.find((one) => one.minutes === minutes)!;
  const quotas = useQuery(`quotas ${id}`, (signal) => listQuotas(id, signal), { every: EVERY_MS });
  const definitions = useQuery(`metric definitions ${id}`, (signal) =>
    listMetricDefinitions(id, signal),
  );
  const [picked, setPicked] = useState<string[] | null>(null);
  const known = useMemo(() => preferredMetrics(definitions.data ?? []), [definitions.data]);
  const names = (picked ?? defaultMetrics(known)).slice(0, CHARTS_MAX);
  const chosen = known.filter((one) => names.includes(one.name.value));
  const metrics = useQuery(
    names.length > 0 ? `metrics ${id} ${minutes} ${names.join()}` : null,
    (signal) =>
      getMetrics(
        id,
        {
          names,
          timespan: timespan(span, Date.now()),
          interval: span.interval,
          aggregation: 'Total,Average,Maximum',
        },
        signal,
      ),
    { every: EVERY_MS },
  );
  const sku = arm.data?.sku;
  const unlimited = arm.data?.properties.tandem?.unlimited === true;
  const error = definitions.error ?? metrics.error;
  return (
    <>
      <HubPane
        title="Quotas and metrics"
        onRefresh={() => Promise.all([quotas.refresh(), definitions.refresh(), metrics.refresh()])}
      >
        <Section title="Quotas">
          {sku && (
            <Essentials
              facts={[
                { label: 'Tier', value: `${sku.name} ${sku.tier ?? ''}` },
                { label: 'Units', value: count(sku.capacity) },
                ...(unlimited
                  ? [{ label: 'Enforced', value: 'No: this hub is exempt (tandem.unlimited)' }]
                  : []),
              ]}
            />
          )}
          <QueryError of={quotas} />
          {quotas.loading && <Loading />}
          <div className={styles.quotas}>
            {quotas.data?.map((quota) => (
              <QuotaBar key={quota.name} quota={quota} />
            ))}
          </div>
        </Section>
        <Section title="Metrics">
          <div className={styles.choices}>
            <Choice
              label="Time"
              value={String(minutes)}
              options={spans.map((one) => [String(one.minutes), one.title] as const)}
              onChange={(value) => setMinutes(Number(value))}
            />
            {known.length > 0 && (
              <Field label="Metrics">
                <Dropdown
                  multiselect
                  value={`${chosen.length} of ${known.length}`}
                  selectedOptions={names}
                  onOptionSelect={(_, data) => setPicked(data.selectedOptions)}
                >
                  {known.map((one) => (
                    <Option key={one.name.value} value={one.name.value} text={metricTitle(one)}>
                      {metricTitle(one)}
                    </Option>
                  ))}
                </Dropdown>
              </Field>
            )}
          </div>
          <ErrorBar
            error={error}
            onRetry={() => void Promise.all([definitions.refresh(), metrics.refresh()])}
          />
          {!error && (definitions.loading || (names.length > 0 && metrics.loading)) && <Loading />}
          {definitions.data && chosen.length === 0 && (
            <EmptyState title={known.length === 0 ? 'No metrics' : 'No metric is chosen.'} />
          )}
          <div className={styles.charts}>
            {metrics.data &&
              chosen.map((definition) => {
                const name = definition.name.value;
                const metric = metrics.data!.find((one) => one.name.value === name);
                const unit = unitFormat(definition.unit);
                return (
                  <LineChart
                    key={name}
                    title={metricTitle(definition)}
                    series={[{ name, points: metricPoints(metric, definition) }]}
                    format={unit === 'bytes' ? bytes : unit === 'seconds' ? seconds : shortNumber}
                  />
                );
              })}
          </div>
        </Section>
      </HubPane>
    </>
  );
}

const seconds = (value: number) => `${shortNumber(value)} s`;
