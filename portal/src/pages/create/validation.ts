// What the wizard asks for, what is wrong with it, and the document that it becomes.
import type { Goal } from '../../api/types';
import { skuOf } from './tiers';

export interface HubForm {
  group: string;
  groupIsNew: boolean;
  name: string;
  region: string;
  sku: string;
  units: number;
  access: 'Public' | 'Private';
  minTls: '1.0' | '1.2';
  rbacOnly: boolean;
  assignMe: boolean;
  partitions: number;
  goal: Goal;
  automaticFailover: boolean;
  tags: { name: string; value: string }[];
}

export const emptyForm: HubForm = {
  group: '', groupIsNew: false, name: '', region: '', sku: 'S1', units: 1, access: 'Public',
  minTls: '1.0', rbacOnly: false, assignMe: false, partitions: 4, goal: 'region-async',
  automaticFailover: false, tags: [],
};

export const tabs = [
  'Basics', 'Networking', 'Management', 'Add-ons', 'Tags', 'Review + create',
] as const;
export type Tab = (typeof tabs)[number];

export const PARTITIONS_MIN = 2;
export const PARTITIONS_MAX = 32;
export const FREE_PARTITIONS = 2;
const TAGS_MAX = 15;
const TAG_NAME_MAX = 128;
const TAG_VALUE_MAX = 256;

export function checkGroupName(name: string): string | null {
  if (!name) return 'Select a resource group, or create a new one.';
  if (name.length > 90) return 'At most 90 characters.';
  if (!/^[A-Za-z0-9\-_.()]+$/.test(name))
    return 'Only letters, digits, hyphens, underscores, periods and parentheses.';
  if (name.endsWith('.')) return 'The name cannot end with a period.';
  return null;
}

/** Source: management-plane contract 1.2, ^(?![0-9]+$)(?!-)[a-zA-Z0-9-]{2,49}[a-zA-Z0-9]$ */
export function checkHubName(name: string): string | null {
  if (!name) return 'Enter a name for the hub.';
  if (!/^[A-Za-z0-9-]*$/.test(name)) return 'Only letters, digits and hyphens.';
  if (name.length < 3 || name.length > 50) return 'Between 3 and 50 characters.';
  if (name.startsWith('-') || name.endsWith('-'))
    return 'The name cannot begin or end with a hyphen.';
  if (/^[0-9]+$/.test(name)) return 'The name cannot be digits only.';
  return null;
}

export function checkUnits(sku: string, units: number): string | null {
  const most = skuOf(sku).unitsMax;
  if (Number.isInteger(units) && units >= 1 && units <= most) return null;
  return most === 1 ? 'The free tier has one unit.' : `A whole number from 1 to ${most}.`;
}

export function checkPartitions(sku: string, partitions: number): string | null {
  const most = skuOf(sku).tier === 'Free' ? FREE_PARTITIONS : PARTITIONS_MAX;
  if (Number.isInteger(partitions) && partitions >= PARTITIONS_MIN && partitions <= most) return null;
  return most === PARTITIONS_MIN
    ? `The free tier has ${most} partitions.`
    : `A whole number from ${PARTITIONS_MIN} to ${most}.`;
}

export function checkTags(tags: HubForm['tags']): (string | null)[] {
  const seen = new Set<string>();
  return tags.map(({ name, value }, index) => {
    if (!name && !value) return null;
    if (!name) return 'Enter a name for this value.';
    if (index >= TAGS_MAX) return `At most ${TAGS_MAX} tags.`;
    if (name.length > TAG_NAME_MAX) return `A name has at most ${TAG_NAME_MAX} characters.`;
    if (value.length > TAG_VALUE_MAX) return `A value has at most ${TAG_VALUE_MAX} characters.`;
    if (/[<>%&\\?/]/.test(name)) return 'A name cannot contain < > % & \\ ? /';
    const key = name.toLowerCase();
    if (seen.has(key)) return 'This name is used twice.';
    seen.add(key);
    return null;
  });
}

export type Wrong = Partial<Record<keyof HubForm, string>>;

/** By field; empty when all is well. `taken`: what the service says about the name. */
export function validate(form: HubForm, taken: string | null): Wrong {
  const wrong: Wrong = {};
  const note = (field: keyof HubForm, text: string | null) => {
    if (text) wrong[field] = text;
  };
  note('group', checkGroupName(form.group));
  note('name', checkHubName(form.name) ?? taken);
  note('region', form.region ? null : 'Select a region.');
  note('units', checkUnits(form.sku, form.units));
  note('partitions', checkPartitions(form.sku, form.partitions));
  note('tags', checkTags(form.tags).find((text) => text !== null) ?? null);
  return wrong;
}

export const fieldsOf: Record<Tab, (keyof HubForm)[]> = {
  Basics: ['group', 'name', 'region', 'sku', 'units'],
  Networking: ['access', 'minTls'],
  Management: ['rbacOnly', 'assignMe', 'partitions'],
  'Add-ons': ['goal', 'automaticFailover'],
  Tags: ['tags'],
  'Review + create': [],
};

export const wrongIn = (tab: Tab, wrong: Wrong): number =>
  fieldsOf[tab].filter((field) => wrong[field]).length;

export function tagsOf(tags: HubForm['tags']): Record<string, string> {
  return Object.fromEntries(
    tags.filter((tag) => tag.name).map(({ name, value }) => [name, value]),
  );
}

/** The body of the PUT that creates the hub. */
export function hubBody(form: HubForm) {
  return {
    location: form.region,
    tags: tagsOf(form.tags),
    sku: { name: form.sku, capacity: form.units },
    properties: {
      minTlsVersion: form.minTls,
      publicNetworkAccess: form.access === 'Public' ? 'Enabled' : 'Disabled',
      disableLocalAuth: form.rbacOnly,
      eventHubEndpoints: { events: { retentionTimeInDays: 1, partitionCount: form.partitions } },
      tandem: { goal: form.goal, automaticFailover: form.automaticFailover },
    },
  };
}
