import { expect, test } from 'vitest';

import type { Reply } from './client';
import { ended, operationUrl, readState } from './longOperation';

const reply = (status: number, headers: Record<string, string>): Reply<null> => ({
  status, data: null, headers: new Headers(headers), etag: null,
});

test('Azure-AsyncOperation comes before Location, and the host is our own', () => {
  const both = reply(202, {
    'Azure-AsyncOperation': 'https://elsewhere:1/a?x=1', Location: 'https://elsewhere:1/b',
  });
  expect(operationUrl(both)).toBe('/a?x=1');
  expect(operationUrl(reply(202, { Location: 'https://h/tandem/v1/operations/7' }))).toBe(
    '/tandem/v1/operations/7',
  );
});

test('an answer without either is the end', () => {
  expect(operationUrl(reply(200, {}))).toBeNull();
});

test('a Location address runs while it answers 202', () => {
  expect(readState(202, null).status).toBe('Running');
  expect(readState(204, null).status).toBe('Succeeded');
  expect(readState(200, { id: '/x', type: 'T', properties: {}, status: 'odd' }).status).toBe(
    'Succeeded',
  );
});

test('an operation document says how it goes', () => {
  const running = readState(200, { status: 'Running', percentComplete: 40 });
  expect([running.status, running.percent, ended(running)]).toEqual(['Running', 40, false]);
  expect(ended(readState(200, { status: 'Failed' }))).toBe(true);
});
