// A new device identity.
import { Field, Input, Radio, RadioGroup, Switch } from '@fluentui/react-components';
import { useEffect, useState } from 'react';

import type { DeviceIdentity } from '../data';
import { deviceIdError, keyError, thumbprintError } from '../logic/identity';
import { FormPane } from '../../components/FormPane';
import { createDevice } from '../requests';

const blank = {
  id: '',
  type: 'sas',
  automatic: true,
  primary: '',
  secondary: '',
  enabled: true,
};
type Form = typeof blank;

function identityOf(form: Form): DeviceIdentity {
  const device: DeviceIdentity = {
    deviceId: form.id,
    status: form.enabled ? 'enabled' : 'disabled',
  };
  const [primary, secondary] = [form.primary.trim(), form.secondary.trim()];
  if (form.type === 'certificateAuthority')
    device.authentication = { type: 'certificateAuthority' };
  else if (form.type === 'selfSigned')
    device.authentication = {
      type: 'selfSigned',
      x509Thumbprint: { primaryThumbprint: primary, secondaryThumbprint: secondary || primary },
    };
  else
    device.authentication = {
      type: 'sas',
      ...(form.automatic ? {} : { symmetricKey: { primaryKey: primary, secondaryKey: secondary } }),
    };
  return device;
}

export function CreateDevice(props: {
  hub: string;
  open: boolean;
  onClose: () => void;
  onCreated: (id: string) => void;
}) {
  const [form, setForm] = useState<Form>(blank);
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (props.open) {
      setForm(blank);
      setTouched(false);
    }
  }, [props.open]);
  const change = (part: Partial<Form>) => setForm({ ...form, ...part });
  const idError = deviceIdError(form.id);
  const secrets = form.type === 'selfSigned' || (form.type === 'sas' && !form.automatic);
  const check = form.type === 'selfSigned' ? thumbprintError : keyError;
  const what = form.type === 'selfSigned' ? 'thumbprint' : 'key';
  const primaryError = secrets ? check(form.primary.trim()) : null;
  const optional = form.type === 'selfSigned' && form.secondary.trim() === '';
  const secondaryError = secrets && !optional ? check(form.secondary.trim()) : null;
  return (
    <FormPane
      open={props.open}
      title="Create a device"
      submit="Create"
      ready={!idError && !primaryError && !secondaryError}
      onClose={props.onClose}
      onSubmit={async () => {
        await createDevice(props.hub, identityOf(form));
        props.onCreated(form.id);
      }}
    >
      <Field
        label="Device ID"
        required
        validationMessage={touched ? idError : null}
        hint="Case-sensitive; it cannot be changed later."
      >
        <Input
          value={form.id}
          onChange={(_, data) => {
            setTouched(true);
            change({ id: data.value });
          }}
          autoComplete="off"
          spellCheck={false}
          maxLength={129}
        />
      </Field>
      <Field label="Authentication type">
        <RadioGroup value={form.type} onChange={(_, data) => change({ type: data.value })}>
          <Radio value="sas" label="Symmetric key" />
          <Radio value="selfSigned" label="X.509 self-signed: by the certificate's thumbprint" />
          <Radio value="certificateAuthority" label="X.509 CA-signed: by one of the hub's CAs" />
        </RadioGroup>
      </Field>
      {form.type === 'sas' && (
        <Switch
          label="Generate keys"
          checked={form.automatic}
          onChange={(_, data) => change({ automatic: data.checked })}
        />
      )}
      {secrets && (
        <>
          <Field
            label={`Primary ${what}`}
            required
            validationMessage={form.primary ? primaryError : null}
          >
            <Input
              value={form.primary}
              onChange={(_, data) => change({ primary: data.value })}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          <Field
            label={`Secondary ${what}`}
            required={form.type === 'sas'}
            validationMessage={form.secondary ? secondaryError : null}
          >
            <Input
              value={form.secondary}
              onChange={(_, data) => change({ secondary: data.value })}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
        </>
      )}
      <Switch
        label="The device may connect"
        checked={form.enabled}
        onChange={(_, data) => change({ enabled: data.checked })}
      />
    </FormPane>
  );
}
