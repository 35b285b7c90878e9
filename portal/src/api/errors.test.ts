import { expect, test } from 'vitest';

import { readError } from './errors';

test('the ARM form', () => {
  const error = readError(404, { error: { code: 'ResourceNotFound', message: 'Not here.' } });
  expect([error.status, error.code, error.message]).toEqual([404, 'ResourceNotFound', 'Not here.']);
});

test("the resource provider's form", () => {
  const error = readError(409, { code: '409900', httpStatusCode: '409', message: 'Too soon.' });
  expect([error.code, error.message]).toEqual(['409900', 'Too soon.']);
});

test("the data plane's form, unwrapped", () => {
  const error = readError(404, { Message: 'ErrorCode:DeviceNotFound;Device d1 not registered' });
  expect([error.code, error.message]).toEqual(['DeviceNotFound', 'Device d1 not registered']);
});

test("OAuth's form", () => {
  const error = readError(400, { error: 'invalid_grant', error_description: 'No.' });
  expect([error.code, error.message]).toEqual(['invalid_grant', 'No.']);
});

test('what is no form at all still says something', () => {
  expect(readError(502, '<html>').message).toBe('<html>');
  expect(readError(500, null).message).toContain('500');
});
