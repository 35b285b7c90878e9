// Review + create: whether it may be created, and everything that was chosen.
import { Spinner } from '@fluentui/react-components';

import type { Location, Subscription } from '../../api/types';
import { count } from '../../components/format';
import { Banner, Essentials, Section } from '../../components/parts';
import { dailyLimit, skuOf } from './tiers';
import { tabs, tagsOf, wrongIn, type HubForm, type Wrong } from './validation';

export default function Review(props: {
  form: HubForm;
  wrong: Wrong;
  checking: boolean;
  subscription?: Subscription;
  locations: Location[];
}) {
  const { form, wrong, checking } = props;
  const bad = tabs.filter((tab) => wrongIn(tab, wrong) > 0);
  const sku = skuOf(form.sku);
  const region = props.locations.find((one) => one.name === form.region);
  const tags = Object.entries(tagsOf(form.tags));
  return (
    <>
      <div role="status">
        {checking ? (
          <Spinner size="tiny" label="Validating" labelPosition="after" />
        ) : bad.length > 0 ? (
          <Banner intent="error" title="Validation failed.">
            Something is missing or wrong on: {bad.join(', ')}.
            <ul style={{ margin: 0 }}>
              {Object.entries(wrong).map(([field, text]) => (
                <li key={field}>{text}</li>
              ))}
            </ul>
          </Banner>
        ) : (
          <Banner intent="success" title="Validation passed.">
            Select Create to begin.
          </Banner>
        )}
      </div>
      <Section title="Basics">
        <Essentials
          facts={[
            { label: 'Subscription', value: props.subscription?.displayName ?? '–' },
            { label: 'Resource group',
              value: `${form.groupIsNew ? '(New) ' : ''}${form.group || '–'}` },
            { label: 'IoT hub name', value: form.name || '–' },
            { label: 'Region', value: region?.displayName ?? '–' },
            { label: 'Tier', value: sku.tier },
            { label: 'Daily message limit',
              value: `${count(dailyLimit(sku, form.units))} (${sku.name}, units: ${form.units})` },
          ]}
        />
      </Section>
      <Section title="Networking">
        <Essentials
          facts={[
            { label: 'Connectivity', value: `${form.access} access` },
            { label: 'Minimum TLS', value: form.minTls },
          ]}
        />
      </Section>
      <Section title="Management">
        <Essentials
          facts={[
            {
              label: 'Permission model',
              value: form.rbacOnly
                ? 'Role-based access control only'
                : 'Shared access policy and role-based access control',
            },
            { label: 'Assign me',
              value: form.assignMe ? 'IoT Hub Data Contributor' : 'no role' },
            { label: 'Partitions', value: form.partitions },
          ]}
        />
      </Section>
      <Section title="Add-ons">
        <Essentials
          facts={[
            { label: 'Replication goal', value: form.goal },
            { label: 'Automatic failover', value: form.automaticFailover ? 'On' : 'Off' },
          ]}
        />
      </Section>
      <Section title="Tags">
        {tags.length === 0 ? (
          'none'
        ) : (
          <Essentials facts={tags.map(([label, value]) => ({ label, value: value || '–' }))} />
        )}
      </Section>
    </>
  );
}
