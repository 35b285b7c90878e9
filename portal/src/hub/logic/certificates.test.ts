import { expect, it } from 'vitest';
import { certificateNameError, certificateText, expiryOf } from './certificates';

const bytes = (text: string) => new TextEncoder().encode(text);

it('takes PEM and DER, and nothing else', () => {
  expect(certificateText(bytes('-----BEGIN CERTIFICATE-----\nMII='))).toBe(
    btoa('-----BEGIN CERTIFICATE-----\nMII='),
  );
  expect(certificateText(new Uint8Array([0x30, 0x82, 0xff]))).toBe('MIL/');
  for (const bad of [bytes(''), bytes('hello'), new Uint8Array(20_000)])
    expect(certificateText(bad)).toHaveProperty('error');
});
it('does not upload private keys', () => {
  const both = '-----BEGIN CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----';
  expect(certificateText(bytes(both))).toHaveProperty('error');
});
it('warns a month before the end', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  expect(expiryOf('Sun, 21 Nov 2027 10:00:00 GMT', now)).toEqual({
    tone: 'good',
    text: '2027-11-21',
  });
  expect(expiryOf('2026-11-23T09:00:00Z', now)).toEqual({
    tone: 'warn',
    text: '2026-11-23, in 1 day',
  });
  expect(expiryOf('2026-11-20T10:00:00Z', now).tone).toBe('bad');
  expect(expiryOf(undefined, now).tone).toBe('idle');
});
it('takes names once', () => {
  expect(certificateNameError('root', [])).toBeNull();
  expect(certificateNameError('Root', ['root'])).not.toBeNull();
  expect(certificateNameError('a/b', [])).not.toBeNull();
});
