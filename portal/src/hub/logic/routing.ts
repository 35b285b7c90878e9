// Message routes: what a route may look like before it is sent.
import type { HubProperties, Route } from '../../api/types';

export const sources: [value: string, title: string][] = [
  ['DeviceMessages', 'Device telemetry messages'],
  ['TwinChangeEvents', 'Device twin change events'],
  ['DeviceLifecycleEvents', 'Device lifecycle events'],
  ['DeviceJobLifecycleEvents', 'Device job lifecycle events'],
  ['DigitalTwinChangeEvents', 'Digital twin change events'],
  ['DeviceConnectionStateEvents', 'Device connection state events'],
];
/** As the list above writes it; the service does not mind the case. */
export const sourceOf = (value: string) =>
  sources.find(([one]) => one.toLowerCase() === value.toLowerCase())?.[0] ?? value;
export const sourceTitle = (value: string) =>
  sources.find(([one]) => one === sourceOf(value))?.[1] ?? value;

export interface Endpoint {
  name: string;
  type: string;
  detail: string;
}

const types: Record<string, string> = {
  eventHubs: 'Event Hubs',
  serviceBusQueues: 'Service Bus queue',
  serviceBusTopics: 'Service Bus topic',
  storageContainers: 'Storage container',
  cosmosDBSqlContainers: 'Cosmos DB container',
  cosmosDBSqlCollections: 'Cosmos DB container',
};

/** The custom endpoints of the document; the built-in one is always there. */
export function endpointsOf(routing: HubProperties['routing']): Endpoint[] {
  const out: Endpoint[] = [];
  for (const [kind, list] of Object.entries(routing?.endpoints ?? {}))
    for (const one of list ?? [])
      out.push({
        name: one.name,
        type: types[kind] ?? kind,
        detail: String(one.containerName ?? one.entityPath ?? one.endpointUri ?? ''),
      });
  return out;
}

export function routeError(route: Route, others: string[], endpoints: string[]): string | null {
  if (!/^[A-Za-z0-9\-._]{1,64}$/.test(route.name))
    return "A route's name is 1 to 64 letters, digits, '-', '.' and '_'.";
  if (others.some((other) => other.toLowerCase() === route.name.toLowerCase()))
    return `There is a route '${route.name}' already.`;
  if (route.endpointNames.length === 0) return 'Choose an endpoint.';
  const missing = route.endpointNames.find(
    (name) => !endpoints.some((one) => one.toLowerCase() === name.toLowerCase()),
  );
  return missing ? `There is no endpoint '${missing}'.` : null;
}
