// CA certificates: devices whose certificates they signed are let in, once possession is proven.
import { Button, Checkbox, Field, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';

import { useQuery } from '../api/useQuery';
import { NameField } from '../components/fields';
import { AddRegular, CertificateRegular } from '../components/icons';
import {
  Banner,
  CopyField,
  EmptyState,
  ErrorBar,
  Essentials,
  StateText,
  useNow,
} from '../components/parts';
import { SidePane } from '../components/SidePane';
import { useHub } from './context';
import { HubPane } from './HubPane';
import { certificateNameError, certificateText, expiryOf } from './logic/certificates';
import { Confirm } from './parts/Confirm';
import { RowButton, Table } from '../components/Table';
import { FormPane } from '../components/FormPane';
import { useAction } from '../components/useAction';
import {
  deleteCertificate,
  listCertificates,
  putCertificate,
  verificationCode,
  verifyCertificate,
  type Certificate,
} from './requests';

const useStyles = makeStyles({
  file: {
    fontFamily: 'inherit',
    color: tokens.colorNeutralForeground1,
    minWidth: 0,
    maxWidth: '100%',
    '::file-selector-button': {
      fontFamily: 'inherit',
      fontWeight: tokens.fontWeightSemibold,
      color: tokens.colorNeutralForeground1,
      backgroundColor: tokens.colorNeutralBackground1,
      border: `1px solid ${tokens.colorNeutralStroke1}`,
      borderRadius: tokens.borderRadiusMedium,
      padding: '5px 12px',
      marginRight: '12px',
      cursor: 'pointer',
    },
  },
  row: { display: 'flex', gap: '8px', flexWrap: 'wrap' },
  below: { marginTop: '8px' },
  steps: { margin: 0, paddingLeft: '20px', display: 'flex', flexDirection: 'column', gap: '8px' },
});

function FileField(props: {
  label: string;
  onRead: (content: string | null) => void;
}) {
  const styles = useStyles();
  const [error, setError] = useState<string | null>(null);
  return (
    <Field label={props.label} required validationMessage={error} hint=".pem, .cer or .crt">
      {(labels) => (
        <input
          {...labels}
          type="file"
          accept=".pem,.cer,.crt"
          className={styles.file}
          onChange={(event) => {
            const file = event.target.files?.[0];
            setError(null);
            if (!file) return props.onRead(null);
            void file.arrayBuffer().then((buffer) => {
              const text = certificateText(new Uint8Array(buffer));
              setError(typeof text === 'string' ? null : text.error);
              props.onRead(typeof text === 'string' ? text : null);
            });
          }}
        />
      )}
    </Field>
  );
}

function CertificatePane(props: {
  certificate: Certificate;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}) {
  const styles = useStyles();
  const { id } = useHub();
  const { certificate } = props;
  const [code, setCode] = useState<Certificate | null>(null);
  const [proof, setProof] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const action = useAction();
  const of = certificate.properties;
  const expiry = expiryOf(of.expiry, useNow(60_000));
  // Generating a code changes the ETag: what was answered last counts, until the list is read again.
  const current = code ?? certificate;
  return (
    <SidePane open title={certificate.name} onClose={props.onClose}>
      <Essentials
        facts={[
          {
            label: 'Status',
            value: (
              <StateText tone={of.isVerified ? 'good' : 'warn'}>
                {of.isVerified ? 'Verified' : 'Unverified'}
              </StateText>
            ),
          },
          { label: 'Subject', value: of.subject ?? '–' },
          { label: 'Thumbprint', value: of.thumbprint ?? '–' },
          {
            label: 'Expires',
            value: <StateText tone={expiry.tone}>{expiry.text}</StateText>,
          },
        ]}
      />
      {!of.isVerified && (
        <ol className={styles.steps}>
          <li>
            Generate a verification code.
            {current.properties.verificationCode ? (
              <CopyField label="Verification code" value={current.properties.verificationCode} />
            ) : (
              <div className={styles.row}>
                <Button
                  disabled={action.busy}
                  onClick={() =>
                    void action.run(async () => setCode(await verificationCode(id, current)))
                  }
                >
                  Generate verification code
                </Button>
              </div>
            )}
          </li>
          <li>
            With the CA's private key, sign a certificate whose subject is CN=that code. The key
            itself never leaves you.
          </li>
          <li>
            <FileField label="Verification certificate" onRead={setProof} />
            <Button
              className={styles.below}
              appearance="primary"
              disabled={!proof || !current.properties.verificationCode || action.busy}
              onClick={() =>
                void action.run(async () => {
                  await verifyCertificate(id, current, proof!);
                  await props.onChanged();
                  setCode(null);
                })
              }
            >
              Verify
            </Button>
          </li>
        </ol>
      )}
      <ErrorBar error={action.error} />
      <div className={styles.row}>
        <Button onClick={() => setAsked(true)}>Delete certificate</Button>
      </div>
      <Confirm
        open={asked}
        title="Delete the certificate?"
        button="Delete"
        onClose={() => setAsked(false)}
        onConfirm={async () => {
          await deleteCertificate(id, current);
          await props.onChanged();
          props.onClose();
        }}
      >
        <strong>{certificate.name}</strong>. Devices whose certificates it signed are refused.
      </Confirm>
    </SidePane>
  );
}

export default function CertificatesPane() {
  const { id } = useHub();
  const query = useQuery(`certificates ${id}`, (signal) => listCertificates(id, signal));
  const [open, setOpen] = useState<string | null>(null);
  const [adding, setAdding] = useState(false);
  const [name, setName] = useState('');
  const [content, setContent] = useState<string | null>(null);
  const [verified, setVerified] = useState(false);
  const now = useNow(60_000);
  useEffect(() => {
    if (!adding) return;
    setName('');
    setContent(null);
    setVerified(false);
  }, [adding]);
  const list = query.data;
  const shown = list?.find((one) => one.name === open);
  const nameError = certificateNameError(name, list?.map((one) => one.name) ?? []);
  const late = (list ?? []).filter((one) =>
    ['warn', 'bad'].includes(expiryOf(one.properties.expiry, now).tone),
  );
  return (
    <>
      <HubPane
        title="Certificates"
        commands={[
          {
            key: 'add',
            text: 'Add',
            icon: <AddRegular />,
            onClick: () => setAdding(true),
            disabled: !list,
          },
        ]}
        of={query}
      >
        {late.length > 0 && (
          <Banner intent="warning" title="Certificates run out.">
            {' '}
            {late
              .map((one) => `${one.name}: ${expiryOf(one.properties.expiry, now).text}`)
              .join('; ')}
            .
          </Banner>
        )}
        {list && list.length === 0 && (
          <EmptyState title="No certificates" icon={<CertificateRegular />}>
            A CA certificate lets in every device with a certificate that it signed.
            <Button appearance="primary" onClick={() => setAdding(true)}>
              Add certificate
            </Button>
          </EmptyState>
        )}
        {list && list.length > 0 && (
          <Table<Certificate>
            label="CA certificates"
            rows={list}
            rowKey={(row) => row.name}
            columns={[
              { key: 'name', title: 'Name', render: (row) => row.name },
              {
                key: 'status',
                title: 'Status',
                render: (row) => (
                  <StateText tone={row.properties.isVerified ? 'good' : 'warn'}>
                    {row.properties.isVerified ? 'Verified' : 'Unverified'}
                  </StateText>
                ),
              },
              { key: 'subject', title: 'Subject', render: (row) => row.properties.subject ?? '–' },
              {
                key: 'expires',
                title: 'Expires',
                render: (row) => {
                  const expiry = expiryOf(row.properties.expiry, now);
                  return <StateText tone={expiry.tone}>{expiry.text}</StateText>;
                },
              },
              {
                key: 'thumbprint',
                title: 'Thumbprint',
                render: (row) => row.properties.thumbprint ?? '–',
              },
              {
                key: 'open',
                title: 'Actions',
                kind: 'actions',
                render: (row) => (
                  <RowButton
                    text="Open"
                    row={row.name}
                    onClick={() => setOpen(row.name)}
                  />
                ),
              },
            ]}
          />
        )}
      </HubPane>
      {shown && (
        <CertificatePane
          key={shown.name}
          certificate={shown}
          onClose={() => setOpen(null)}
          onChanged={query.refresh}
        />
      )}
      <FormPane
        open={adding}
        title="Add a certificate"
        submit="Add"
        ready={!nameError && content !== null}
        onClose={() => setAdding(false)}
        onSubmit={async () => {
          await putCertificate(id, name, { certificate: content!, isVerified: verified });
          await query.refresh();
        }}
      >
        <NameField value={name} onChange={setName} error={nameError} />
        <FileField label="CA certificate" onRead={setContent} />
        <Checkbox
          label="Set to verified without proof of possession"
          checked={verified}
          onChange={(_, data) => setVerified(data.checked === true)}
        />
      </FormPane>
    </>
  );
}
