// Side panes of Basics: what each tier has, and every size that there is.
import { Button, Field, Radio, RadioGroup, SpinButton } from '@fluentui/react-components';
import { useState } from 'react';

import { SidePane } from '../../components/SidePane';
import { Table } from '../../components/Table';
import { count } from '../../components/format';
import { dailyLimit, features, skuOf, skus, tiers } from './tiers';
import { checkUnits, type HubForm } from './validation';

export function CompareTiers(props: { open: boolean; onClose: () => void }) {
  return (
    <SidePane
      open={props.open}
      title="Compare tiers"
      onClose={props.onClose}
      wide
      footer={<Button onClick={props.onClose}>Close</Button>}
    >
      <Table
        label="Tiers"
        minWidth={520}
        rows={features}
        rowKey={(feature) => feature.text}
        columns={[
          { key: 'text', title: 'Feature', width: '34%', render: (feature) => feature.text },
          ...tiers.map((tier) => ({
            key: tier, title: tier, render: (feature: (typeof features)[number]) => feature.in[tier],
          })),
        ]}
      />
      <p style={{ margin: 0 }}>
        Tandem charges nothing and withholds no feature: a tier says which limits are kept.
      </p>
    </SidePane>
  );
}

export function AllOptions(props: {
  form: HubForm;
  onClose: () => void;
  onPick: (sku: string, units: number) => void;
}) {
  const [sku, setSku] = useState(props.form.sku);
  const [units, setUnits] = useState(props.form.units);
  const wrong = checkUnits(sku, units);
  return (
    <SidePane
      open
      title="Daily message limit"
      onClose={props.onClose}
      footer={
        <>
          <Button
            appearance="primary"
            disabled={wrong !== null}
            onClick={() => props.onPick(sku, units)}
          >
            Select
          </Button>
          <Button onClick={props.onClose}>Cancel</Button>
        </>
      }
    >
      <Field label="Size">
        <RadioGroup
          value={sku}
          onChange={(_, data) => {
            setSku(data.value);
            setUnits(Math.min(units, skuOf(data.value).unitsMax));
          }}
        >
          {skus.map((one) => (
            <Radio
              key={one.name}
              value={one.name}
              label={`${one.name}, ${one.tier}: ${count(one.messagesPerUnit)} messages a day and unit, up to ${one.unitsMax} ${one.unitsMax === 1 ? 'unit' : 'units'}`}
            />
          ))}
        </RadioGroup>
      </Field>
      <Field label="Units" validationMessage={wrong ?? undefined}>
        <SpinButton
          value={units}
          min={1}
          max={skuOf(sku).unitsMax}
          onChange={(_, data) => setUnits(data.value ?? Number(data.displayValue))}
        />
      </Field>
      <div role="status">{count(dailyLimit(skuOf(sku), units || 0))} messages a day</div>
    </SidePane>
  );
}
