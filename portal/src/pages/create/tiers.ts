// Tiers and what they allow, as Azure's; Tandem meters the daily limits and charges nothing.

export type Tier = 'Free' | 'Basic' | 'Standard';

export interface Sku {
  name: string;
  tier: Tier;
  messagesPerUnit: number; // a day
  unitsMax: number;
}

export const skus: Sku[] = [
  { name: 'F1', tier: 'Free', messagesPerUnit: 8_000, unitsMax: 1 },
  { name: 'B1', tier: 'Basic', messagesPerUnit: 400_000, unitsMax: 200 },
  { name: 'B2', tier: 'Basic', messagesPerUnit: 6_000_000, unitsMax: 200 },
  { name: 'B3', tier: 'Basic', messagesPerUnit: 300_000_000, unitsMax: 10 },
  { name: 'S1', tier: 'Standard', messagesPerUnit: 400_000, unitsMax: 200 },
  { name: 'S2', tier: 'Standard', messagesPerUnit: 6_000_000, unitsMax: 200 },
  { name: 'S3', tier: 'Standard', messagesPerUnit: 300_000_000, unitsMax: 10 },
];

export const tiers: Tier[] = ['Free', 'Basic', 'Standard'];
export const skuOf = (name: string): Sku => skus.find((sku) => sku.name === name) ?? skus[4]!;
export const dailyLimit = (sku: Sku, units: number): number => sku.messagesPerUnit * units;

const FREE_DEVICES_MAX = 500;

/** What Compare tiers shows. Tandem withholds no feature: only limits differ. */
export const features: { text: string; in: Record<Tier, string> }[] = [
  { text: 'Messages, twins, methods, routing',
    in: { Free: 'Yes', Basic: 'Yes', Standard: 'Yes' } },
  { text: 'Failover to the paired region', in: { Free: 'Yes', Basic: 'Yes', Standard: 'Yes' } },
  { text: 'Messages a day and unit',
    in: { Free: '8,000', Basic: '400,000 to 300 million', Standard: '400,000 to 300 million' } },
  { text: 'Units', in: { Free: '1', Basic: '1 to 200', Standard: '1 to 200' } },
  { text: 'Devices',
    in: { Free: String(FREE_DEVICES_MAX), Basic: '1,000,000', Standard: '1,000,000' } },
  { text: 'Device-to-cloud partitions', in: { Free: '2', Basic: '2 to 32', Standard: '2 to 32' } },
];
