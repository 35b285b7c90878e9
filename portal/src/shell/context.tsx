// What every page can ask for: the state of the installation, and the subscription in use.
import { createContext, useContext, useEffect, type ReactNode } from 'react';

import { getStatus, listLocations, listSubscriptions } from '../api/control';
import type { Location, Status, Subscription } from '../api/types';
import { useQuery, type Query } from '../api/useQuery';
import { notifications } from './notifications';

interface Shared {
  status: Query<Status>;
  subscriptions: Query<Subscription[]>;
  locations: Query<Location[]>;
}

const SharedContext = createContext<Shared | null>(null);
const STATUS_EVERY_MS = 3000;

export function SharedProvider({ children }: { children: ReactNode }) {
  const status = useQuery('status', getStatus, { every: STATUS_EVERY_MS });
  const { refresh } = status;
  useEffect(() => notifications.onEnd(() => void refresh()), [refresh]);
  const subscriptions = useQuery('subscriptions', listSubscriptions);
  const subscription = subscriptions.data?.[0]?.subscriptionId;
  const locations = useQuery(subscription ? `locations ${subscription}` : null, (signal) =>
    listLocations(subscription!, signal),
  );
  return (
    <SharedContext.Provider value={{ status, subscriptions, locations }}>
      {children}
    </SharedContext.Provider>
  );
}

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (!shared) throw new Error('outside SharedProvider');
  return shared;
}

/** The whole installation, asked for every few seconds. */
export const useStatus = (): Query<Status> => useShared().status;

/** The subscription in use; undefined until it is known. */
export const useSubscription = (): Subscription | undefined => useShared().subscriptions.data?.[0];

/** West US 2 for westus2 (and for itself). */
export function useDisplayName(): (region: string | null | undefined) => string {
  const { locations, status } = useShared();
  return (region) => {
    if (!region) return '–';
    const key = region.replace(/\s/g, '').toLowerCase();
    const found =
      status.data?.regions.find((one) => one.name === key) ??
      locations.data?.find((one) => one.name === key);
    return found?.displayName ?? region;
  };
}
