// Shared access policies: who may do what with which key.
import { Button, Checkbox, makeStyles } from '@fluentui/react-components';
import { useEffect, useState } from 'react';

import { useQuery } from '../api/useQuery';
import { NameField } from '../components/fields';
import { AddRegular, } from '../components/icons';
import {
  Banner,
  CopyField,
  EmptyState,
  ErrorBar,
  QueryError,
  Loading,
} from '../components/parts';
import { SidePane } from '../components/SidePane';
import { useHub } from './context';
import type { Policy } from './data';
import { HubPane } from './HubPane';
import {
  allRights,
  policyConnectionString,
  policyNameError,
  readRights,
  rightTitles,
  writeRights,
  type Right,
} from './logic/identity';
import { Confirm } from './parts/Confirm';
import { changedKeys } from './parts/keys';
import { RowButton, Table } from '../components/Table';
import { FormPane } from '../components/FormPane';
import { useAction } from '../components/useAction';
import { changePolicies, listPolicies } from './requests';

const useStyles = makeStyles({
  rights: { display: 'flex', flexDirection: 'column', border: 'none', margin: 0, padding: 0 },
  legend: { padding: 0 },
  buttons: { display: 'flex', gap: '8px', flexWrap: 'wrap' },
});

/** Writing to the registry includes reading it, as the service has it. */
function Rights(props: { value: Right[]; onChange: (rights: Right[]) => void }) {
  const styles = useStyles();
  return (
    <fieldset className={styles.rights}>
      <legend className={styles.legend}>Permissions</legend>
      {allRights.map((right) => (
        <Checkbox
          key={right}
          label={rightTitles[right]}
          checked={props.value.includes(right)}
          onChange={(_, data) =>
            props.onChange(
              data.checked
                ? [...props.value, right]
                : props.value.filter((other) => other !== right),
            )
          }
        />
      ))}
    </fieldset>
  );
}

const same = (a: Right[], b: Right[]) => writeRights(a) === writeRights(b);

const questions = {
  primary: ['Regenerate the primary key?', 'Whoever uses the present primary key is refused.'],
  secondary: [
    'Regenerate the secondary key?',
    'Whoever uses the present secondary key is refused.',
  ],
  swap: ['Swap the keys?', 'Both stay valid; only their places change.'],
  delete: ['Delete the policy?', 'Whoever uses one of its keys is refused.'],
} as const;
type Question = keyof typeof questions;

function PolicyPane(props: {
  policy: Policy;
  host: string;
  onClose: () => void;
  onChange: (change: (policies: Policy[]) => Policy[]) => Promise<unknown>;
}) {
  const styles = useStyles();
  const { policy } = props;
  const [rights, setRights] = useState<Right[]>(readRights(policy.rights));
  const [asked, setAsked] = useState<Question | null>(null);
  const [saved, setSaved] = useState(false);
  const action = useAction();
  const replace = (change: (one: Policy) => Policy) =>
    props.onChange((all) => all.map((one) => (one.keyName === policy.keyName ? change(one) : one)));
  const save = async () => {
    const rightsText = writeRights(rights);
    if (await action.run(() => replace((one) => ({ ...one, rights: rightsText })))) setSaved(true);
  };
  const answer = async () => {
    if (asked !== null && asked !== 'delete')
      return void (await replace((one) => changedKeys(one, asked)));
    await props.onChange((all) => all.filter((one) => one.keyName !== policy.keyName));
    props.onClose();
  };
  const strings: [string, string][] = [
    ['Primary key', policy.primaryKey ?? ''],
    ['Secondary key', policy.secondaryKey ?? ''],
    [
      'Primary connection string',
      policyConnectionString(props.host, policy.keyName, policy.primaryKey ?? ''),
    ],
    [
      'Secondary connection string',
      policyConnectionString(props.host, policy.keyName, policy.secondaryKey ?? ''),
    ],
  ];
  return (
    <SidePane open title={policy.keyName} onClose={props.onClose}>
      <Rights
        value={rights}
        onChange={(next) => {
          setSaved(false);
          setRights(next);
        }}
      />
      <ErrorBar error={action.error} />
      {saved && <Banner intent="success">Saved; both regions have it.</Banner>}
      <div className={styles.buttons}>
        <Button
          appearance="primary"
          disabled={rights.length === 0 || same(rights, readRights(policy.rights)) || action.busy}
          onClick={() => void save()}
        >
          Save permissions
        </Button>
      </div>
      {strings.map(([label, value]) => (
        <CopyField key={label} label={label} value={value} secret />
      ))}
      <div className={styles.buttons}>
        <Button onClick={() => setAsked('primary')}>Regenerate primary key</Button>
        <Button onClick={() => setAsked('secondary')}>Regenerate secondary key</Button>
        <Button onClick={() => setAsked('swap')}>Swap keys</Button>
        <Button onClick={() => setAsked('delete')}>Delete policy</Button>
      </div>
      {asked && (
        <Confirm
          open
          title={questions[asked][0]}
          button={asked === 'delete' ? 'Delete' : asked === 'swap' ? 'Swap' : 'Regenerate'}
          onClose={() => setAsked(null)}
          onConfirm={answer}
        >
          <strong>{policy.keyName}</strong>. {questions[asked][1]}
        </Confirm>
      )}
    </SidePane>
  );
}

export default function PoliciesPane() {
  const { id, arm, status } = useHub();
  const query = useQuery(`policies ${id}`, () => listPolicies(id));
  const [open, setOpen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const [form, setForm] = useState<{ name: string; rights: Right[] }>({ name: '', rights: [] });
  useEffect(() => {
    if (adding) setForm({ name: '', rights: [] });
  }, [adding]);
  const change = async (make: (policies: Policy[]) => Policy[]) => {
    await changePolicies(id, make);
    await Promise.all([query.refresh(), arm.refresh()]);
  };
  const policies = query.data;
  const shown = policies?.find((one) => one.keyName === open);
  const nameError = policyNameError(form.name, policies?.map((one) => one.keyName) ?? []);
  return (
    <>
      <HubPane
        title="Shared access policies"
        commands={[
          {
            key: 'add',
            text: 'Add shared access policy',
            icon: <AddRegular />,
            onClick: () => setAdding(true),
            disabled: !policies,
          },
        ]}
        onRefresh={() => query.refresh()}
      >
        {arm.data?.properties.disableLocalAuth && (
          <Banner intent="warning">
            Policies' keys are refused for this hub (Networking): only roles admit services.
          </Banner>
        )}
        <QueryError of={query} />
        {query.loading && <Loading />}
        {policies && policies.length === 0 && (
          <EmptyState title="No shared access policies">
            <Button appearance="primary" onClick={() => setAdding(true)}>
              Add shared access policy
            </Button>
          </EmptyState>
        )}
        {policies && policies.length > 0 && (
          <Table<Policy>
            label="Shared access policies"
            rows={policies}
            rowKey={(row) => row.keyName}
            columns={[
              { key: 'name', title: 'Policy', render: (row) => row.keyName },
              {
                key: 'rights',
                title: 'Permissions',
                render: (row) =>
                  readRights(row.rights)
                    .map((right) => rightTitles[right])
                    .join(', '),
              },
              {
                key: 'open',
                title: 'Actions',
                kind: 'actions',
                render: (row) => (
                  <RowButton
                    text="Open"
                    row={row.keyName}
                    onClick={() => setOpen(row.keyName)}
                  />
                ),
              },
            ]}
          />
        )}
      </HubPane>
      {shown && (
        <PolicyPane
          key={shown.keyName}
          policy={shown}
          host={status.hostNames[0] ?? ''}
          onClose={() => setOpen(null)}
          onChange={change}
        />
      )}
      <FormPane
        open={adding}
        title="Add a shared access policy"
        submit="Add"
        ready={!nameError && form.rights.length > 0}
        onClose={() => setAdding(false)}
        onSubmit={() =>
          change((all) => [...all, { keyName: form.name, rights: writeRights(form.rights) }])
        }
      >
        <NameField value={form.name} onChange={(name) => setForm({ ...form, name })} error={nameError} />
        <Rights value={form.rights} onChange={(rights) => setForm({ ...form, rights })} />
      </FormPane>
    </>
  );
}
