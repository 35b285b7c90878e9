import { expect, test } from 'vitest';

import {
  checkGroupName, checkHubName, checkPartitions, checkTags, checkUnits, emptyForm, hubBody,
  validate, wrongIn,
} from './validation';

test('hub names as the service takes them', () => {
  for (const good of ['abc', 'contoso-hub1', '1a-', 'A'.repeat(50)].map((name) => name.replace(/-$/, 'x')))
    expect(checkHubName(good)).toBeNull();
  for (const bad of ['', 'ab', 'a'.repeat(51), '-abc', 'abc-', '12345', 'a_b', 'häb', 'a b c'])
    expect(checkHubName(bad)).not.toBeNull();
});

test('group names as the service takes them', () => {
  expect(checkGroupName('my_group-(1).x')).toBeNull();
  for (const bad of ['', 'ends.', 'a b', 'x'.repeat(91)]) expect(checkGroupName(bad)).not.toBeNull();
});

test('units and partitions keep to the tier', () => {
  expect(checkUnits('S1', 200)).toBeNull();
  expect(checkUnits('S3', 11)).toContain('10');
  expect(checkUnits('F1', 2)).not.toBeNull();
  expect(checkPartitions('S1', 32)).toBeNull();
  expect(checkPartitions('F1', 4)).toContain('2');
});

test('tags need a name, once', () => {
  expect(checkTags([{ name: '', value: '' }, { name: 'a', value: '' }])).toEqual([null, null]);
  expect(checkTags([{ name: 'a/b', value: '' }])[0]).not.toBeNull();
  const wrong = checkTags([{ name: '', value: 'x' }, { name: 'a', value: '' }, { name: 'A', value: '' }]);
  expect(wrong[0]).not.toBeNull();
  expect(wrong[2]).toContain('twice');
});

test('what is wrong is told at its field, and counted at its tab', () => {
  const wrong = validate({ ...emptyForm, name: 'abc', group: 'g', region: 'r' }, 'Taken.');
  expect(wrong).toEqual({ name: 'Taken.' });
  expect(wrongIn('Basics', wrong)).toBe(1);
  expect(wrongIn('Tags', wrong)).toBe(0);
});

test('the document says what was chosen', () => {
  const body = hubBody({
    ...emptyForm, region: 'westus2', access: 'Private', rbacOnly: true, partitions: 8,
    tags: [{ name: 'env', value: 'test' }, { name: '', value: '' }],
  });
  expect(body.tags).toEqual({ env: 'test' });
  expect(body.properties.publicNetworkAccess).toBe('Disabled');
  expect(body.properties.disableLocalAuth).toBe(true);
  expect(body.properties.eventHubEndpoints.events.partitionCount).toBe(8);
});
