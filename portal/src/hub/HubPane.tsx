// The frame of a hub's panes: "contoso | Failover".
import type { ComponentProps } from 'react';

import { BladeHeader } from '../components/parts';
import { Page } from '../components/Page';
import { useHub } from './context';

export function HubPane({
  title,
  ...page
}: { title?: string } & Omit<ComponentProps<typeof Page>, 'header'>) {
  const hub = useHub();
  const header = (
    <BladeHeader
      title={title ? `${hub.name} | ${title}` : hub.name}
      subtitle="IoT hub"
      crumbs={[
        { text: 'Home', to: '/' },
        { text: 'IoT hubs', to: '/hubs' },
        ...(title ? [{ text: hub.name, to: hub.path }] : []),
      ]}
    />
  );
  return <Page header={header} {...page} />;
}
