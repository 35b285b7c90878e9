// IP filter rules: reading addresses and ranges, and what a list of rules says of an address.

export interface Range {
  version: 4 | 6;
  first: bigint;
  prefix: number;
}

function ipv4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function ipv6(text: string): bigint | null {
  let rest = text;
  // The last 32 bits may be written as an IPv4 address.
  const dotted = rest.includes('.') ? rest.lastIndexOf(':') : -1;
  if (rest.includes('.')) {
    const tail = dotted >= 0 ? ipv4(rest.slice(dotted + 1)) : null;
    if (tail === null) return null;
    rest = `${rest.slice(0, dotted + 1)}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  }
  const halves = rest.split('::');
  if (halves.length > 2) return null;
  const words = (half: string) => (half === '' ? [] : half.split(':'));
  const head = words(halves[0]!);
  const tail = halves.length === 2 ? words(halves[1]!) : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...Array<string>(Math.max(0, missing)).fill('0'), ...tail];
  let value = 0n;
  for (const word of all) {
    if (!/^[0-9a-f]{1,4}$/i.test(word)) return null;
    value = (value << 16n) | BigInt('0x' + word);
  }
  return value;
}

export function parseRange(text: string): Range | string {
  const trimmed = text.trim();
  if (trimmed === '') return 'Enter an address or a range, such as 192.0.2.0/24.';
  const [address, prefixText, ...more] = trimmed.split('/');
  const four = ipv4(address!);
  const six = four === null ? ipv6(address!) : null;
  const value = four ?? six;
  if (value === null || more.length > 0)
    return `'${trimmed}' is not an IP address or a range in CIDR notation.`;
  const bits = four !== null ? 32 : 128;
  if (prefixText !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefixText))
    return `'/${prefixText}' is not a prefix length.`;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) return `The prefix length must be between 0 and ${bits}.`;
  const hostBits = BigInt(bits - prefix);
  const first = (value >> hostBits) << hostBits;
  if (first !== value)
    return (
      `${address} has bits set after the prefix. The range that contains it is ` +
      `${formatAddress(first, bits === 32 ? 4 : 6)}/${prefix}.`
    );
  return { version: bits === 32 ? 4 : 6, first, prefix };
}

export function formatAddress(value: bigint, version: 4 | 6): string {
  if (version === 4)
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const words = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(16 * (7 - i))) & 0xffffn).toString(16),
  );
  return words.join(':').replace(/(^|:)0(:0)+(:|$)/, '::');
}

export function contains(range: Range, address: string): boolean {
  const one = parseRange(address);
  if (typeof one === 'string' || one.version !== range.version) return false;
  const bits = BigInt((range.version === 4 ? 32 : 128) - range.prefix);
  return one.first >> bits === range.first >> bits;
}

export interface Rule {
  filterName: string;
  action: string;
  ipMask: string;
}

/** The first rule that matches decides; without one the default does. */
export function admits(
  rules: Rule[],
  address: string,
  defaultAllow: boolean,
): { admitted: boolean; by: string } {
  for (const rule of rules) {
    const range = parseRange(rule.ipMask);
    if (typeof range === 'string' || !contains(range, address)) continue;
    return { admitted: rule.action.toLowerCase() !== 'reject', by: rule.filterName };
  }
  return { admitted: defaultAllow, by: 'the default' };
}

/** What is wrong with a list of rules: by index, in the order of the list. */
export function ruleErrors(rules: Rule[]): (string | null)[] {
  const names = rules.map((rule) => rule.filterName.trim().toLowerCase());
  return rules.map((rule, i) => {
    const name = rule.filterName.trim();
    if (name === '') return 'Give the rule a name.';
    if (name.length > 128) return "A rule's name has at most 128 characters.";
    if (names.indexOf(names[i]!) !== i) return `The name '${name}' is used twice.`;
    const range = parseRange(rule.ipMask);
    return typeof range === 'string' ? range : null;
  });
}
