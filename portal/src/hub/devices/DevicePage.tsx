// One device: identity, keys and connection strings, twin.
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { ApiError } from '../../api/client';
import { useQuery } from '../../api/useQuery';
import {
  ArrowClockwiseRegular,
  ArrowSwapRegular,
  DeleteRegular,
  KeyRegular,
  PauseRegular,
  PlayRegular,
} from '../../components/icons';
import {
  Banner,
  BladeHeader,
  CommandBar,
  CopyField,
  EmptyState,
  ErrorBar,
  QueryError,
  Essentials,
  Loading,
  PageBody,
  Section,
  StateText,
  Time,
  To,
} from '../../components/parts';
import { useHub } from '../context';
import type { DeviceIdentity } from '../data';
import { displayName } from '../logic/failover';
import { deviceConnectionString } from '../logic/identity';
import { utc } from '../logic/words';
import { Confirm } from '../parts/Confirm';
import { changedKeys, type KeyChange } from '../parts/keys';
import { useAction } from '../../components/useAction';
import { deleteDevice, getDevice, updateDevice } from '../requests';
import { TwinEditor } from './TwinEditor';

const EVERY_MS = 5000;
const authenticationWords: Record<string, string> = {
  sas: 'Symmetric key',
  selfSigned: 'X.509 self-signed',
  certificateAuthority: 'X.509 CA-signed',
  none: 'None',
};

type Change = KeyChange | 'status';

/** The identity as it is to be; sent over what was read. */
function changed(device: DeviceIdentity, change: Change): DeviceIdentity {
  if (change === 'status')
    return { ...device, status: device.status === 'enabled' ? 'disabled' : 'enabled' };
  const symmetricKey = changedKeys(device.authentication?.symmetricKey ?? {}, change);
  return { ...device, authentication: { ...device.authentication, symmetricKey } };
}

const questions: Record<Change | 'delete', { title: string; text: string; button: string }> = {
  primary: {
    title: 'Regenerate the primary key?',
    text: 'Devices that sign in with the present primary key are refused at their next sign-in.',
    button: 'Regenerate',
  },
  secondary: {
    title: 'Regenerate the secondary key?',
    text: 'Devices that sign in with the present secondary key are refused at their next sign-in.',
    button: 'Regenerate',
  },
  swap: {
    title: 'Swap the keys?',
    text: 'The secondary key becomes the primary one, and the other way round. Both stay valid.',
    button: 'Swap',
  },
  status: { title: 'Disable the device?', text: 'Its connection is refused.', button: 'Disable' },
  delete: {
    title: 'Delete the device?',
    text: 'Its identity, its twin and its session are removed from both regions.',
    button: 'Delete',
  },
};

function Keys({ device, host }: { device: DeviceIdentity; host: string }) {
  const key = device.authentication?.symmetricKey;
  const print = device.authentication?.x509Thumbprint;
  const type = device.authentication?.type ?? 'sas';
  if (type === 'certificateAuthority')
    return <>The device signs in with a certificate of one of the hub's CAs.</>;
  if (type === 'selfSigned')
    return (
      <>
        <CopyField label="Primary thumbprint" value={print?.primaryThumbprint ?? ''} />
        <CopyField label="Secondary thumbprint" value={print?.secondaryThumbprint ?? ''} />
      </>
    );
  const lines: [string, string][] = [];
  for (const [name, value] of [
    ['Primary', key?.primaryKey],
    ['Secondary', key?.secondaryKey],
  ] as const) {
    if (!value) continue;
    lines.push([`${name} key`, value]);
    lines.push([`${name} connection string`, deviceConnectionString(host, device.deviceId, value)]);
  }
  if (lines.length === 0) return <>The device has no keys.</>;
  return (
    <>
      {lines.map(([label, value]) => (
        <CopyField key={label} label={label} value={value} secret />
      ))}
    </>
  );
}

export default function DevicePage() {
  const { name, path, status } = useHub();
  const id = useParams().device ?? '';
  const navigate = useNavigate();
  const query = useQuery(`device ${name} ${id}`, (signal) => getDevice(name, id, signal), {
    every: EVERY_MS,
  });
  const [asked, setAsked] = useState<Change | 'delete' | null>(null);
  const action = useAction();
  const device = query.data;
  const missing = query.error instanceof ApiError && query.error.status === 404;
  const host = status.hostNames[0] ?? '';
  const hasKeys = (device?.authentication?.type ?? 'sas') === 'sas';
  const owner = displayName(status, status.owner);

  const make = async (change: Change | 'delete') => {
    if (change === 'delete') {
      await deleteDevice(name, id);
      void navigate(`${path}/devices`);
      return;
    }
    await updateDevice(name, changed(device!, change));
    await query.refresh();
  };
  const enable = () => void action.run(() => make('status'));
  return (
    <>
      <BladeHeader
        title={id}
        subtitle="Device"
        crumbs={[
          { text: 'IoT hubs', to: '/hubs' },
          { text: name, to: path },
          { text: 'Devices', to: `${path}/devices` },
        ]}
      />
      <CommandBar
        commands={[
          device?.status === 'disabled'
            ? { key: 'status', text: 'Enable', icon: <PlayRegular />, onClick: enable }
            : {
                key: 'status',
                text: 'Disable',
                icon: <PauseRegular />,
                onClick: () => setAsked('status'),
                disabled: !device,
              },
          {
            key: 'primary',
            text: 'Regenerate primary key',
            icon: <KeyRegular />,
            onClick: () => setAsked('primary'),
            disabled: !device || !hasKeys,
          },
          {
            key: 'secondary',
            text: 'Regenerate secondary key',
            icon: <KeyRegular />,
            onClick: () => setAsked('secondary'),
            disabled: !device || !hasKeys,
          },
          {
            key: 'swap',
            text: 'Swap keys',
            icon: <ArrowSwapRegular />,
            onClick: () => setAsked('swap'),
            disabled: !device || !hasKeys,
          },
          {
            key: 'delete',
            text: 'Delete',
            icon: <DeleteRegular />,
            onClick: () => setAsked('delete'),
            disabled: !device,
            divider: true,
          },
          {
            key: 'refresh',
            text: 'Refresh',
            icon: <ArrowClockwiseRegular />,
            onClick: () => void query.refresh(),
          },
        ]}
      />
      <PageBody>
        {missing ? (
          <EmptyState title={`There is no device '${id}'.`}>
            <To to={`${path}/devices`}>All devices</To>
          </EmptyState>
        ) : (
          <QueryError of={query} />
        )}
        <ErrorBar error={action.error} />
        {!device && query.loading && <Loading />}
        {device && !missing && (
          <>
            {device.status === 'disabled' && (
              <Banner intent="warning">The device is disabled: it cannot connect.</Banner>
            )}
            <Essentials
              facts={[
                {
                  label: 'Status',
                  value: (
                    <StateText tone={device.status === 'enabled' ? 'good' : 'warn'}>
                      {device.status === 'enabled' ? 'Enabled' : 'Disabled'}
                    </StateText>
                  ),
                },
                {
                  label: 'Connection',
                  value:
                    device.connectionState === 'Connected' ? (
                      <StateText tone="good">Connected in {owner}</StateText>
                    ) : (
                      <StateText tone="idle">Not connected</StateText>
                    ),
                },
                {
                  label: 'Last activity',
                  value: utc(device.lastActivityTime) ? (
                    <Time at={device.lastActivityTime} />
                  ) : (
                    'Never'
                  ),
                },
                {
                  label: 'Authentication',
                  value:
                    authenticationWords[device.authentication?.type ?? 'sas'] ??
                    device.authentication?.type,
                },
                { label: 'Messages to it', value: String(device.cloudToDeviceMessageCount ?? 0) },
                { label: 'Generation ID', value: device.generationId ?? '–' },
                { label: 'Identity ETag', value: device.etag ?? '–' },
              ]}
            />
            <Section title="Keys and connection strings">
              <Keys device={device} host={host} />
            </Section>
            <TwinEditor hub={name} device={id} key={id} />
          </>
        )}
      </PageBody>
      {asked && (
        <Confirm
          open
          title={questions[asked].title}
          button={questions[asked].button}
          onClose={() => setAsked(null)}
          onConfirm={() => make(asked)}
        >
          <strong>{id}</strong>. {questions[asked].text}
        </Confirm>
      )}
    </>
  );
}
