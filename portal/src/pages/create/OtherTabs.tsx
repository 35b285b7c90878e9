// Networking, Management, Add-ons and Tags.
import {
  Checkbox, Field, Radio, RadioGroup, SpinButton, Switch, makeStyles, tokens,
} from '@fluentui/react-components';

import type { Goal } from '../../api/types';
import { TagFields } from '../../components/fields';
import { shownError, type TabProps } from './Basics';
import { skuOf } from './tiers';
import { FREE_PARTITIONS, PARTITIONS_MAX, PARTITIONS_MIN, checkTags } from './validation';

const useStyles = makeStyles({
  heading: { margin: '8px 0 0', fontSize: tokens.fontSizeBase400 },
  text: { margin: 0 },
  number: { width: '140px' },
});

export function Networking({ form, change }: TabProps) {
  const styles = useStyles();
  return (
    <>
      <p className={styles.text}>
        Devices and services connect to the hub&apos;s public endpoints, or through private ones
        only.
      </p>
      <Field
        label="Connectivity configuration"
        required
        hint="It can be changed after the hub has been created."
      >
        <RadioGroup
          value={form.access}
          onChange={(_, data) => change({ access: data.value as 'Public' | 'Private' })}
        >
          <Radio value="Public" label="Public access" />
          <Radio value="Private" label="Private access" />
        </RadioGroup>
      </Field>
      <Field
        label="Minimum TLS version"
        required
        hint="It cannot be changed after the hub has been created."
      >
        <RadioGroup
          value={form.minTls}
          onChange={(_, data) => change({ minTls: data.value as '1.0' | '1.2' })}
        >
          <Radio value="1.0" label="1.0" />
          <Radio value="1.2" label="1.2" />
        </RadioGroup>
      </Field>
    </>
  );
}

export function Management(props: TabProps) {
  const styles = useStyles();
  const { form, change } = props;
  const free = skuOf(form.sku).tier === 'Free';
  return (
    <>
      <h2 className={styles.heading}>Access</h2>
      <Field label="Permission model" required>
        <RadioGroup
          value={form.rbacOnly ? 'rbac' : 'both'}
          onChange={(_, data) => change({ rbacOnly: data.value === 'rbac' })}
        >
          <Radio value="both" label="Shared access policy and role-based access control" />
          <Radio value="rbac" label="Role-based access control only" />
        </RadioGroup>
      </Field>
      <Field label="Assign me">
        <Checkbox
          checked={form.assignMe}
          onChange={(_, data) => change({ assignMe: data.checked === true })}
          label="IoT Hub Data Contributor: full access to devices, twins and messages"
        />
      </Field>
      <h2 className={styles.heading}>Scale</h2>
      <Field
        label="Device-to-cloud partitions"
        required
        validationMessage={shownError(props, 'partitions')}
        hint={
          free
            ? `The free tier has ${FREE_PARTITIONS}.`
            : `How many readers can work side by side: ${PARTITIONS_MIN} to ${PARTITIONS_MAX}. It cannot be changed later; most hubs need 4.`
        }
      >
        <SpinButton
          className={styles.number}
          value={form.partitions}
          min={PARTITIONS_MIN}
          max={free ? FREE_PARTITIONS : PARTITIONS_MAX}
          disabled={free}
          onChange={(_, data) => change({ partitions: data.value ?? Number(data.displayValue) })}
        />
      </Field>
    </>
  );
}

export function AddOns({ form, change }: TabProps) {
  const styles = useStyles();
  return (
    <>
      <Field
        label="Replication goal"
        hint="When a message or a change is acknowledged: once it is on the owner's disk, or once the paired region has it as well."
      >
        <RadioGroup
          value={form.goal}
          onChange={(_, data) => change({ goal: data.value as Goal })}
        >
          <Radio
            value="region-async"
            label="region-async: acknowledged by the active region, copied to the pair at once"
          />
          <Radio
            value="region-sync"
            label="region-sync: acknowledged when both regions have it; nothing is lost with a region"
          />
        </RadioGroup>
      </Field>
      <Field
        label="Automatic failover"
        hint="The pair takes over by itself when the active region is lost and the witness agrees."
      >
        <Switch
          checked={form.automaticFailover}
          onChange={(_, data) => change({ automaticFailover: data.checked })}
          label={form.automaticFailover ? 'On' : 'Off'}
        />
      </Field>
      <p className={styles.text}>
        Device Update for IoT Hub and Defender for IoT are services of their own, and not part of
        Tandem.
      </p>
    </>
  );
}

export function Tags({ form, change }: TabProps) {
  const styles = useStyles();
  const rows = form.tags.length ? form.tags : [{ name: '', value: '' }];
  return (
    <>
      <p className={styles.text}>
        Name and value pairs, to find and sort resources by. The same tag may be on many resources.
      </p>
      <TagFields rows={rows} wrong={checkTags(form.tags)} onChange={(tags) => change({ tags })} />
    </>
  );
}
