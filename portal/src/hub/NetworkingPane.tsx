// Who reaches the hub's endpoints, from where, and with what kind of credential.
import {
  Button,
  Checkbox,
  Field,
  Input,
  Radio,
  RadioGroup,
  Switch,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';

import { AddRegular, DeleteRegular } from '../components/icons';
import { Banner, Essentials, Section } from '../components/parts';
import { SaveBar, useEdit } from '../components/SaveBar';
import { useHub } from './context';
import { HubPane } from './HubPane';
import { admits, parseRange } from './logic/cidr';
import {
  lockouts,
  networkingErrors,
  olderRules,
  readNetworking,
  writeNetworking,
  type Access,
  type Networking,
} from './logic/networking';
import { changeProperties } from './requests';

const useStyles = makeStyles({
  rules: { display: 'flex', flexDirection: 'column', gap: '8px', maxWidth: '720px' },
  rule: {
    display: 'grid',
    gridTemplateColumns: '1fr 1fr auto',
    gap: '8px',
    alignItems: 'start',
    '@media (max-width: 640px)': {
      gridTemplateColumns: '1fr auto',
      borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
      paddingBottom: '8px',
    },
  },
  wide: { '@media (max-width: 640px)': { gridColumn: '1 / -1', gridRow: '2' } },
  remove: { marginTop: '26px' },
  check: { display: 'flex', gap: '12px', alignItems: 'end', flexWrap: 'wrap' },
  older: { margin: 0, paddingLeft: '24px', fontFamily: tokens.fontFamilyMonospace },
  verdict: { paddingBottom: '6px' },
});

function Rules(props: { draft: Networking; onChange: (part: Partial<Networking>) => void }) {
  const styles = useStyles();
  const { rules } = props.draft;
  const errors = networkingErrors(props.draft);
  const set = (i: number, part: Partial<(typeof rules)[number]>) =>
    props.onChange({ rules: rules.map((rule, j) => (j === i ? { ...rule, ...part } : rule)) });
  return (
    <div className={styles.rules}>
      {rules.map((rule, i) => (
        <div key={i} className={styles.rule} role="group" aria-label={`Rule ${i + 1}`}>
          <Field label="Name">
            <Input
              aria-label={`Name of rule ${i + 1}`}
              value={rule.filterName}
              onChange={(_, data) => set(i, { filterName: data.value })}
            />
          </Field>
          <Field label="Address range" validationMessage={errors[i]} className={styles.wide}>
            <Input
              aria-label={`Address range of rule ${i + 1}`}
              placeholder="192.0.2.0/24"
              value={rule.ipMask}
              spellCheck={false}
              onChange={(_, data) => set(i, { ipMask: data.value })}
            />
          </Field>
          <Button
            className={styles.remove}
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={`Remove rule ${i + 1}`}
            onClick={() => props.onChange({ rules: rules.filter((_, j) => j !== i) })}
          />
        </div>
      ))}
      <div>
        <Button
          icon={<AddRegular />}
          onClick={() =>
            props.onChange({
              rules: [...rules, { filterName: '', action: 'Allow', ipMask: '' }],
            })
          }
        >
          Add a range
        </Button>
      </div>
    </div>
  );
}

/** The management plane does not tell a browser its address; who knows it can ask. */
function AddressCheck({
  draft,
  address,
  onChange,
}: {
  draft: Networking;
  address: string;
  onChange: (address: string) => void;
}) {
  const styles = useStyles();
  const range = address ? parseRange(address) : null;
  const bad = typeof range === 'string' || address.includes('/');
  const verdict =
    range === null || bad ? null : admits(draft.rules, address, draft.access === 'all');
  return (
    <div className={styles.check}>
      <Field
        label="Try an address, such as your own"
        validationMessage={address && bad ? 'Enter one IP address.' : null}
      >
        <Input value={address} onChange={(_, data) => onChange(data.value)} spellCheck={false} />
      </Field>
      {verdict && (
        <span className={styles.verdict} role="status">
          {verdict.admitted ? 'Admitted' : 'Refused'} by {verdict.by}.
        </span>
      )}
    </div>
  );
}

export default function NetworkingPane() {
  const styles = useStyles();
  const { id, arm } = useHub();
  const [own, setOwn] = useState('');
  const properties = arm.data?.properties;
  const edit = useEdit<Networking | null>(
    properties ? readNetworking(properties) : null,
    async (wish) => {
      await changeProperties(id, writeNetworking(wish!));
      await arm.refresh();
    },
  );
  const { draft } = edit;
  const errors = draft ? networkingErrors(draft).filter((one) => one !== null) : [];
  const change = (part: Partial<Networking>) => {
    if (draft) edit.change({ ...draft, ...part });
  };
  const older = properties ? olderRules(properties) : [];
  const warnings = draft ? lockouts(draft, own && !own.includes('/') ? own : null) : [];
  return (
    <>
      <HubPane
        title="Networking"
        of={arm}
      >
        {draft && (
          <>
            <Section title="Public network access">
              <RadioGroup
                aria-label="Public network access"
                value={draft.access}
                onChange={(_, data) => change({ access: data.value as Access })}
              >
                <Radio value="all" label="All networks" />
                <Radio value="selected" label="Selected IP ranges" />
                <Radio value="disabled" label="Disabled" />
              </RadioGroup>
              {draft.access === 'selected' && (
                <>
                  <Rules draft={draft} onChange={change} />
                  <Checkbox
                    label="Apply the ranges to the built-in endpoint too"
                    checked={draft.applyToEvents}
                    onChange={(_, data) => change({ applyToEvents: data.checked === true })}
                  />
                  <AddressCheck draft={draft} address={own} onChange={setOwn} />
                </>
              )}
            </Section>
            {older.length > 0 && (
              <Section title="IP filter rules of the older kind">
                <span>
                  They apply as well, the first match deciding. To change them, use the management
                  API (ipFilterRules).
                </span>
                <ol className={styles.older}>
                  {older.map((text) => (
                    <li key={text}>{text}</li>
                  ))}
                </ol>
              </Section>
            )}
            <Section title="Credentials">
              <Switch
                label="Refuse shared access policies: services sign in with roles only"
                checked={draft.disableLocalAuth}
                onChange={(_, data) => change({ disableLocalAuth: data.checked })}
              />
              <Switch
                label="Refuse devices' keys: devices sign in with certificates only"
                checked={draft.disableDeviceSAS}
                onChange={(_, data) => change({ disableDeviceSAS: data.checked })}
              />
            </Section>
            <Section title="TLS">
              <Essentials
                facts={[
                  {
                    label: 'Minimum version',
                    value: `${properties?.minTlsVersion || '1.0'} (fixed when the hub is created)`,
                  },
                ]}
              />
            </Section>
            {edit.changed && warnings.length > 0 && (
              <Banner intent="warning" title="Saving this has consequences.">
                {warnings.map((text) => (
                  <div key={text}>{text}</div>
                ))}
              </Banner>
            )}
            <SaveBar edit={edit} ready={errors.length === 0} />
          </>
        )}
      </HubPane>
    </>
  );
}
