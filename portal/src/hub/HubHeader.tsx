// The header of a hub's pane: "contoso | Failover".
import { BladeHeader } from '../components/parts';
import { useHub } from './context';

export function HubHeader({ pane }: { pane?: string }) {
  const hub = useHub();
  return (
    <BladeHeader
      title={pane ? `${hub.name} | ${pane}` : hub.name}
      subtitle="IoT hub"
      crumbs={[
        { text: 'Home', to: '/' },
        { text: 'IoT hubs', to: '/hubs' },
        ...(pane ? [{ text: hub.name, to: hub.path }] : []),
      ]}
    />
  );
}
