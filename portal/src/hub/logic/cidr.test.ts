import { expect, it } from 'vitest';
import { admits, contains, formatAddress, parseRange, ruleErrors, type Range } from './cidr';

const range = (text: string) => parseRange(text) as Range;

it('reads IPv4 and IPv6, alone and as ranges', () => {
  expect(range('192.0.2.0/24')).toEqual({ version: 4, first: 0xc0000200n, prefix: 24 });
  expect(range('192.0.2.7').prefix).toBe(32);
  expect(range('::').first).toBe(0n);
  expect(range('2001:db8::/32').first).toBe(0x20010db8n << 96n);
  expect(range('::ffff:192.0.2.1').first).toBe(0xffffc0000201n);
});
it.each([
  '',
  '1.2.3',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4/33',
  '1.2.3.4/',
  '1.2.3.4/08',
  '::1::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  '1.2.3.4/8/8',
  'host',
  '::/129',
])('refuses %j', (text) => expect(typeof parseRange(text)).toBe('string'));
it('names the range that was meant', () => {
  expect(parseRange('10.1.2.3/8')).toContain('10.0.0.0/8');
  expect(parseRange('2001:db8::1/32')).toContain('2001:db8::/32');
});
it('knows what is inside', () => {
  expect(contains(range('10.0.0.0/8'), '10.255.0.1')).toBe(true);
  expect(contains(range('10.0.0.0/8'), '11.0.0.1')).toBe(false);
  expect(contains(range('0.0.0.0/0'), '::1')).toBe(false);
  expect(contains(range('::/0'), '::1')).toBe(true);
});
it('lets the first match decide', () => {
  const rules = [
    { filterName: 'not this one', action: 'Reject', ipMask: '10.0.0.5' },
    { filterName: 'office', action: 'Allow', ipMask: '10.0.0.0/8' },
  ];
  expect(admits(rules, '10.0.0.5', true)).toEqual({ admitted: false, by: 'not this one' });
  expect(admits(rules, '10.0.0.6', false)).toEqual({ admitted: true, by: 'office' });
  expect(admits(rules, '192.0.2.1', false).admitted).toBe(false);
});
it('finds what is wrong in a list', () => {
  expect(
    ruleErrors([
      { filterName: 'a', action: 'Allow', ipMask: '10.0.0.0/8' },
      { filterName: 'A', action: 'Allow', ipMask: '10.0.0.0/8' },
      { filterName: '', action: 'Allow', ipMask: '10.0.0.0/8' },
      { filterName: 'b', action: 'Allow', ipMask: '10' },
    ]).map((one) => one === null),
  ).toEqual([true, false, false, false]);
});
it('writes addresses back', () => {
  expect(formatAddress(range('192.0.2.7').first, 4)).toBe('192.0.2.7');
  expect(formatAddress(range('2001:db8::1').first, 6)).toBe('2001:db8::1');
});
