// The networking settings as one value: read from the document, compared, written back.
import type { HubProperties } from '../../api/types';
import { admits, ruleErrors, type Rule } from './cidr';

export type Access = 'all' | 'selected' | 'disabled';

export interface Networking {
  access: Access;
  rules: Rule[];
  applyToEvents: boolean;
  disableLocalAuth: boolean;
  disableDeviceSAS: boolean;
}

export function readNetworking(properties: HubProperties): Networking {
  const sets = properties.networkRuleSets;
  const rules: Rule[] = (sets?.ipRules ?? []).map((rule) => ({
    filterName: rule.filterName,
    action: 'Allow',
    ipMask: rule.ipMask,
  }));
  const disabled = properties.publicNetworkAccess?.toLowerCase() === 'disabled';
  const selected = sets?.defaultAction?.toLowerCase() === 'deny';
  return {
    access: disabled ? 'disabled' : selected ? 'selected' : 'all',
    rules,
    applyToEvents: sets?.applyToBuiltInEventHubEndpoint ?? true,
    disableLocalAuth: properties.disableLocalAuth ?? false,
    disableDeviceSAS: properties.disableDeviceSAS ?? false,
  };
}

export function writeNetworking(wish: Networking): Partial<HubProperties> {
  return {
    publicNetworkAccess: wish.access === 'disabled' ? 'Disabled' : 'Enabled',
    networkRuleSets: {
      defaultAction: wish.access === 'selected' ? 'Deny' : 'Allow',
      applyToBuiltInEventHubEndpoint: wish.applyToEvents,
      ipRules: wish.rules.map((rule) => ({
        filterName: rule.filterName.trim(),
        action: 'Allow',
        ipMask: rule.ipMask.trim(),
      })),
    },
    disableLocalAuth: wish.disableLocalAuth,
    disableDeviceSAS: wish.disableDeviceSAS,
  };
}

/** Rules of the older kind: applied beside these, in their order, but not edited here. */
export const olderRules = (properties: HubProperties): string[] =>
  (properties.ipFilterRules ?? []).map(
    (rule) => `${rule.filterName}: ${rule.action} ${rule.ipMask}`,
  );

export function networkingErrors(wish: Networking): (string | null)[] {
  return ruleErrors(wish.rules);
}

/** What saving would lock out, in words for a warning. */
export function lockouts(wish: Networking, ownAddress: string | null): string[] {
  const out: string[] = [];
  if (wish.access === 'disabled')
    out.push('Nobody is let in, the pages of this portal that show devices and messages included.');
  if (wish.access === 'selected' && wish.rules.length === 0)
    out.push('There is no rule, so no address is admitted.');
  if (wish.access === 'selected')
    out.push("The portal's devices and messages need the management plane's address admitted.");
  if (wish.access === 'selected' && ownAddress && networkingErrors(wish).every((one) => !one)) {
    if (!admits(wish.rules, ownAddress, false).admitted)
      out.push(`The address ${ownAddress} would be locked out of the hub's endpoints.`);
  }
  if (wish.disableLocalAuth)
    out.push("Services with a shared access policy's key are refused; only roles admit them.");
  if (wish.disableDeviceSAS)
    out.push('Devices with keys are refused; only certificates admit them.');
  return out;
}
