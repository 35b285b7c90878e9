// The status of a record of the audit log: that of the answer, but for three that no answer has.

const others: Record<number, { words: string; tone: 'idle' | 'warn' }> = {
  0: { words: 'never answered', tone: 'warn' },
  102: { words: 'begun', tone: 'idle' },
  499: { words: 'not waited for', tone: 'warn' },
};

export function auditStatus(status: string | number) {
  const code = Number(status);
  const other = others[code];
  if (other) return { text: `${code} ${other.words}`, tone: other.tone };
  return { text: String(status), tone: code < 400 ? ('good' as const) : ('bad' as const) };
}
