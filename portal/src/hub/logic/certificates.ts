// CA certificates: reading a file for upload, and how long one is still good.

const FILE_BYTES_MAX = 16 * 1024;
const WARN_DAYS = 30;

/** The file as the API wants it: base64 of its bytes, PEM or DER. */
export function certificateText(bytes: Uint8Array): string | { error: string } {
  if (bytes.length === 0) return { error: 'The file is empty.' };
  if (bytes.length > FILE_BYTES_MAX) return { error: 'The file is too large for a certificate.' };
  const head = new TextDecoder('latin1').decode(bytes);
  if (head.includes('PRIVATE KEY'))
    return { error: 'The file holds a private key. Upload the certificate alone.' };
  const pem = head.includes('-----BEGIN CERTIFICATE-----');
  if (!pem && bytes[0] !== 0x30)
    return { error: 'The file is not a certificate in PEM or DER form (.pem, .cer, .crt).' };
  return btoa(head);
}

export interface Expiry {
  tone: 'good' | 'warn' | 'bad' | 'idle';
  text: string;
}

export function expiryOf(expiry: string | undefined, nowMs: number): Expiry {
  const at = Date.parse(expiry ?? '');
  if (Number.isNaN(at)) return { tone: 'idle', text: 'not known' };
  const days = Math.floor((at - nowMs) / 86_400_000);
  const date = new Date(at).toISOString().slice(0, 10);
  if (at <= nowMs) return { tone: 'bad', text: `expired on ${date}` };
  if (days < WARN_DAYS)
    return { tone: 'warn', text: `${date}, in ${days === 1 ? '1 day' : `${days} days`}` };
  return { tone: 'good', text: date };
}

export function certificateNameError(name: string, others: string[]): string | null {
  if (!/^[A-Za-z0-9\-._]{1,64}$/.test(name))
    return "A certificate's name is 1 to 64 letters, digits, '-', '.' and '_'.";
  if (others.some((other) => other.toLowerCase() === name.toLowerCase()))
    return `There is a certificate '${name}' already.`;
  return null;
}
