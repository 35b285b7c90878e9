import { describe, expect, it } from 'vitest';
import { parseJson, prettyBody } from './jsonText';
import { apply, diff, editable, editableError, merge, twinPatch } from './twin';

describe('JSON as typed', () => {
  it('is read like JSON.parse reads it', () => {
    for (const text of ['{"a":[1,-2.5e3,true,null,"x\\n\\u00e4"],"b":{}}', '[]', ' "x" ', '0'])
      expect(parseJson(text).value).toEqual(JSON.parse(text));
  });
  it.each([
    ['{"a": 1,\n "b" 2}', 2, 6, "':'"],
    ['{"a": 1,\n}', 1, 8, "','"],
    ['{\n  "a": tru\n}', 2, 8, "'t'"],
    ['{"a": 1}\nx', 2, 1, 'after the end'],
    ['{"a": "open', 1, 7, 'closing "'],
    ['{"a": 1, "a": 2}', 1, 10, 'twice'],
    ['{"a": [1 2]}', 1, 10, "','"],
    ['', 1, 1, 'missing'],
    ['{"a": 01}', 1, 8, "','"],
    ['{"a": "\\q"}', 1, 8, 'escape'],
  ])('says where %j is wrong', (text, line, column, words) => {
    const { fault } = parseJson(text);
    expect(fault).toMatchObject({ line, column });
    expect(fault!.message).toContain(words);
  });
  it('agrees with the engine about what is JSON', () => {
    for (const text of ['{"a":1}', '{a:1}', '[1,]', '1.', '-', 'nul', '"\t"', '{}{}', '{"a":}']) {
      let engine = true;
      try {
        JSON.parse(text);
      } catch {
        engine = false;
      }
      expect(parseJson(text).fault === undefined).toBe(engine);
    }
  });
  it('does not overflow on depth, and keeps __proto__ a name', () => {
    expect(parseJson('['.repeat(100_000)).fault!.message).toContain('deep');
    expect(JSON.stringify(parseJson('{"__proto__":1}').value)).toBe('{"__proto__":1}');
  });
  it('indents bodies that are JSON and leaves others', () => {
    expect(prettyBody('{"t":1}')).toBe('{\n  "t": 1\n}');
    expect(prettyBody('{t:1}')).toBe('{t:1}');
  });
});

describe("a twin's change", () => {
  it('is what has to be sent to get there', () => {
    const from = { a: 1, b: { c: 1, d: 2 }, e: [1] };
    const to = { b: { c: 1, d: 3, f: 1 }, e: [2], g: true };
    const patch = diff(from, to);
    expect(patch).toEqual({ a: null, b: { d: 3, f: 1 }, e: [2], g: true });
    expect(apply(from, patch)).toEqual(to);
  });
  it('is nothing when nothing changed', () => {
    const twin = { tags: { a: 1 }, desired: { b: { c: 2 } } };
    expect(twinPatch(twin, structuredClone(twin))).toBeNull();
    expect(twinPatch(twin, { tags: { a: 1 }, desired: {} })).toEqual({
      properties: { desired: { b: null } },
    });
  });
  it('leaves out what the service adds', () => {
    expect(
      editable({
        deviceId: 'd',
        etag: 'x',
        version: 3,
        tags: { a: 1 },
        properties: { desired: { b: 1, $version: 2, $metadata: {} }, reported: {} },
      }),
    ).toEqual({ tags: { a: 1 }, desired: { b: 1 } });
  });
});

describe('two writers', () => {
  const base = { tags: { site: 'a' }, desired: { rate: 1, deep: { x: 1, y: 1 } } };
  it('are joined where they touched different things', () => {
    const result = merge(
      base,
      { tags: { site: 'b' }, desired: base.desired },
      { tags: base.tags, desired: { rate: 2, deep: base.desired.deep } },
    );
    expect(result).toEqual({
      merged: { tags: { site: 'b' }, desired: { rate: 2, deep: { x: 1, y: 1 } } },
      conflicts: [],
      theirs: ['desired.rate'],
    });
  });
  it('collide where both changed one thing, also by deleting what is around it', () => {
    const ours = { tags: base.tags, desired: { rate: 5 } };
    const theirs = { tags: base.tags, desired: { rate: 2, deep: { x: 9, y: 1 } } };
    const result = merge(base, ours, theirs);
    expect(result.conflicts.sort()).toEqual(['desired.deep.x', 'desired.rate']);
    expect(result.merged.desired).toEqual({ rate: 5 });
  });
  it('agree when they did the same', () => {
    const both = { tags: {}, desired: base.desired };
    expect(merge(base, both, both)).toMatchObject({ conflicts: [], theirs: [] });
  });
});

it('refuses what the service would refuse', () => {
  expect(editableError({ tags: {}, desired: { a: { b: [1] } } })).toBeNull();
  expect(editableError([])).not.toBeNull();
  expect(editableError({ reported: {} })).toContain('reported');
  expect(editableError({ desired: { 'a.b': 1 } })).toContain('a.b');
  expect(editableError({ tags: { a: { $x: 1 } } })).toContain('tags.a');
  expect(editableError({ desired: { a: null } })).toContain('null');
});
