// Basics: where the hub belongs, its name, its region and its size.
import {
  Combobox, Field, Input, Link, Option, Spinner, makeStyles, tokens,
} from '@fluentui/react-components';
import { useState } from 'react';

import type { Location, ResourceGroup, Subscription } from '../../api/types';
import { FormPane } from '../../components/FormPane';
import { Choice, NameField } from '../../components/fields';
import { count } from '../../components/format';
import { AllOptions, CompareTiers } from './TierPanes';
import { dailyLimit, skuOf, skus, tiers, type Tier } from './tiers';
import { FREE_PARTITIONS, checkGroupName, type HubForm, type Wrong } from './validation';

const useStyles = makeStyles({
  heading: { margin: '8px 0 0', fontSize: tokens.fontSizeBase400 },
  group: { display: 'flex', flexDirection: 'column', gap: '4px', alignItems: 'start' },
  fill: { width: '100%', minWidth: 0 },
});

export interface TabProps {
  form: HubForm;
  change: (part: Partial<HubForm>) => void;
  wrong: Wrong;
  touched: ReadonlySet<string>; // fields that the user has been at, or all after Review
}

export const shownError = ({ wrong, touched }: TabProps, field: keyof HubForm) =>
  touched.has(field) ? wrong[field] : undefined;

const DAILY_UNITS = [1, 2, 5, 10];

/** The choices of the drop-down; See all options has the rest. */
function dailyChoices(tier: Tier, form: HubForm) {
  const own = skus.filter((sku) => sku.tier === tier);
  const choices = own.flatMap((sku) =>
    DAILY_UNITS.filter((units) => units <= sku.unitsMax).map((units) => ({ sku, units })),
  );
  if (!choices.some((one) => one.sku.name === form.sku && one.units === form.units))
    choices.push({ sku: skuOf(form.sku), units: form.units });
  return choices.sort((a, b) => dailyLimit(a.sku, a.units) - dailyLimit(b.sku, b.units));
}

const choiceText = (sku: string, units: number): string =>
  `${count(dailyLimit(skuOf(sku), units))} (${sku}, ${units} ${units === 1 ? 'unit' : 'units'})`;

function NewGroup(props: { open: boolean; onClose: () => void; onName: (name: string) => void }) {
  const [name, setName] = useState('');
  const wrong = checkGroupName(name);
  return (
    <FormPane
      open={props.open}
      title="New resource group"
      submit="OK"
      ready={!wrong}
      onSubmit={async () => props.onName(name)}
      onClose={props.onClose}
    >
      <NameField
        value={name}
        onChange={setName}
        error={wrong}
        hint="It is created together with the hub, in the hub's region."
      />
    </FormPane>
  );
}

export default function Basics(
  props: TabProps & {
    subscription?: Subscription;
    groups: ResourceGroup[];
    locations: Location[];
    nameCheck: 'idle' | 'checking' | 'free' | 'taken';
  },
) {
  const styles = useStyles();
  const { form, change, locations } = props;
  const [pane, setPane] = useState<'' | 'group' | 'tiers' | 'options'>('');
  const tier = skuOf(form.sku).tier;
  const groups = props.groups.map((group) => group.name);
  const region = locations.find((one) => one.name === form.region);
  const pairOf = (location: Location) => {
    const pair = location.metadata?.pairedRegion?.[0]?.name;
    return locations.find((one) => one.name === pair)?.displayName ?? pair;
  };
  const pickTier = (next: Tier) => {
    const sku = next === 'Free' ? 'F1' : next === 'Basic' ? 'B1' : 'S1';
    const partitions = next === 'Free' ? FREE_PARTITIONS : tier === 'Free' ? 4 : form.partitions;
    change({ sku, units: 1, partitions });
  };
  return (
    <>
      <h2 className={styles.heading}>Project details</h2>
      <Field label="Subscription" required>
        <Input value={props.subscription?.displayName ?? ''} readOnly />
      </Field>
      <div className={styles.group}>
        <Choice
          label="Resource group"
          required
          className={styles.fill}
          error={shownError(props, 'group')}
          placeholder="Select a resource group"
          value={form.group}
          options={[
            ...(form.groupIsNew && form.group
              ? [[form.group, `(New) ${form.group}`] as const]
              : []),
            ...groups.map((name) => [name, name] as const),
          ]}
          onChange={(group) => change({ group, groupIsNew: !groups.includes(group) })}
        />
        <Link as="button" onClick={() => setPane('group')}>
          Create new
        </Link>
      </div>

      <h2 className={styles.heading}>Instance details</h2>
      <Field
        label="IoT hub name"
        required
        validationMessage={
          shownError(props, 'name') ??
          (props.nameCheck === 'free' ? 'The name is available.' : undefined)
        }
        validationState={
          shownError(props, 'name') ? 'error' : props.nameCheck === 'free' ? 'success' : 'none'
        }
        hint="3 to 50 letters, digits and hyphens. The name is publicly visible in DNS: no personal or sensitive data."
      >
        <Input
          value={form.name}
          onChange={(_, data) => change({ name: data.value.trim() })}
          autoComplete="off"
          spellCheck={false}
          contentAfter={
            props.nameCheck === 'checking' ? <Spinner size="extra-tiny" /> : undefined
          }
        />
      </Field>
      <Field
        label="Region"
        required
        validationMessage={shownError(props, 'region')}
        hint={
          region &&
          (pairOf(region)
            ? `Paired region, for failover: ${pairOf(region)}`
            : 'This region has no pair: the hub cannot fail over.')
        }
      >
        <Combobox
          className={styles.fill}
          key={region?.name}
          defaultValue={region?.displayName ?? ''}
          defaultSelectedOptions={[form.region]}
          onOptionSelect={(_, data) => data.optionValue && change({ region: data.optionValue })}
        >
          {locations.map((one) => (
            <Option key={one.name} value={one.name} text={one.displayName}>
              {`${one.displayName} (${pairOf(one) ? `pair: ${pairOf(one)}` : 'no pair'})`}
            </Option>
          ))}
        </Combobox>
      </Field>
      <div className={styles.group}>
        <Choice
          label="Tier"
          required
          className={styles.fill}
          value={tier}
          options={tiers.map((one) => [one, one] as const)}
          onChange={pickTier}
        />
        <Link as="button" onClick={() => setPane('tiers')}>
          Compare tiers
        </Link>
      </div>
      <div className={styles.group}>
        <Choice
          label="Daily message limit"
          required
          className={styles.fill}
          error={shownError(props, 'units')}
          value={`${form.sku} ${form.units}`}
          options={dailyChoices(tier, form).map(
            ({ sku, units }) => [`${sku.name} ${units}`, choiceText(sku.name, units)] as const,
          )}
          onChange={(picked) => {
            const [sku, units] = picked.split(' ');
            change({ sku, units: Number(units) });
          }}
        />
        <Link as="button" onClick={() => setPane('options')}>
          See all options
        </Link>
      </div>
      <NewGroup
        open={pane === 'group'}
        onClose={() => setPane('')}
        onName={(name) => {
          change({ group: name, groupIsNew: !groups.includes(name) });
          setPane('');
        }}
      />
      <CompareTiers open={pane === 'tiers'} onClose={() => setPane('')} />
      {pane === 'options' && (
        <AllOptions
          form={form}
          onClose={() => setPane('')}
          onPick={(sku, units) => {
            const free = skuOf(sku).tier === 'Free';
            change({ sku, units, partitions: free ? FREE_PARTITIONS : form.partitions });
            setPane('');
          }}
        />
      )}
    </>
  );
}
