// How the hub's two regions work together, and how often people may fail over.
import {
  Field,
  Radio,
  RadioGroup,
  SpinButton,
  Switch,
  makeStyles,
} from '@fluentui/react-components';

import { patchHub } from '../../api/control';
import type { Goal, HubStatus } from '../../api/types';
import { SaveBar, useEdit } from '../../components/SaveBar';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '14px', maxWidth: '720px' },
  limits: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(200px, 100%), 1fr))',
    gap: '12px',
  },
});

interface Draft {
  goal: Goal;
  automatic: boolean;
  minutes: number;
  failovers: number;
  failbacks: number;
}

const draftOf = (hub: HubStatus): Draft => ({
  goal: hub.goal,
  automatic: hub.automaticFailover,
  minutes: hub.failoverLimits.minimumIntervalSeconds / 60,
  failovers: hub.failoverLimits.failoversPerDay,
  failbacks: hub.failoverLimits.failbacksPerDay,
});

function Number(props: {
  label: string;
  hint: string;
  value: number;
  max: number;
  onChange: (value: number) => void;
}) {
  return (
    <Field label={props.label} hint={props.hint}>
      <SpinButton
        value={props.value}
        min={0}
        max={props.max}
        onChange={(_, data) => {
          const typed = data.value ?? parseInt(data.displayValue ?? '', 10);
          if (typed >= 0 && typed <= props.max) props.onChange(typed);
        }}
      />
    </Field>
  );
}

export function Settings({ hub, onSaved }: { hub: HubStatus; onSaved: () => Promise<void> }) {
  const styles = useStyles();
  const edit = useEdit<Draft>(draftOf(hub), async (draft) => {
    await patchHub(hub.name, {
      goal: draft.goal,
      automaticFailover: draft.automatic,
      failover: {
        minimumIntervalSeconds: Math.round(draft.minutes * 60),
        failoversPerDay: draft.failovers,
        failbacksPerDay: draft.failbacks,
      },
    });
    await onSaved();
  });
  const { draft } = edit;
  const change = (part: Partial<Draft>) => edit.change({ ...draft, ...part });
  return (
    <div className={styles.form}>
      <Field label="When a message is acknowledged">
        <RadioGroup value={draft.goal} onChange={(_, data) => change({ goal: data.value as Goal })}>
          <Radio
            value="region-async"
            label="region-async: when it is durable in the current location. A forced failover can lose the last moments."
          />
          <Radio
            value="region-sync"
            label="region-sync: when it is durable in both. Nothing is lost; while the pair is away, clients wait."
          />
        </RadioGroup>
      </Field>
      <Switch
        checked={draft.automatic}
        onChange={(_, data) => change({ automatic: data.checked })}
        label="Automatic failover: the pair takes over by itself after 3 s of silence"
      />
      <div className={styles.limits}>
        <Number
          label="Minutes between failovers"
          hint="0: no limit"
          value={draft.minutes}
          max={16_666}
          onChange={(minutes) => change({ minutes })}
        />
        <Number
          label="Failovers a day"
          hint="UTC day; 0: no limit"
          value={draft.failovers}
          max={1000}
          onChange={(failovers) => change({ failovers })}
        />
        <Number
          label="Failbacks a day"
          hint="UTC day; 0: no limit"
          value={draft.failbacks}
          max={1000}
          onChange={(failbacks) => change({ failbacks })}
        />
      </div>
      <SaveBar edit={edit} />
    </div>
  );
}
