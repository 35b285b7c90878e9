// What every pane of a hub can ask for.
import { createContext, useContext } from 'react';

import type { Hub, HubStatus } from '../api/types';
import type { Query } from '../api/useQuery';

export interface HubPage {
  name: string;
  id: string; // the ARM id
  path: string; // of the hub's pages in the portal: /hubs/{name}
  status: HubStatus; // /tandem/v1/hubs/{hub}, asked for each second or two
  statusQuery: Query<HubStatus>;
  arm: Query<Hub>; // the ARM document; arm.refresh() after a change
}

const HubContext = createContext<HubPage | null>(null);
export const HubProvider = HubContext.Provider;

export function useHub(): HubPage {
  const hub = useContext(HubContext);
  if (!hub) throw new Error('outside a hub page');
  return hub;
}
