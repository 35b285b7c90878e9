// Saving a twin that somebody else may be writing too: what was read, what is theirs, what is ours.
import type { Json, JsonObject, Twin } from '../data';
import { isObject } from './jsonText';

/** The part of a twin that the editor shows: without what the service adds. */
export interface Editable {
  tags: JsonObject;
  desired: JsonObject;
}

const SERVICE_NAMES = ['$metadata', '$version'];

function without(object: JsonObject | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(object ?? {}).filter(([name]) => !SERVICE_NAMES.includes(name)),
  );
}

export const editable = (twin: Twin): Editable => ({
  tags: without(twin.tags),
  desired: without(twin.properties.desired),
});

export const reportedOf = (twin: Twin) => without(twin.properties.reported);

export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, i) => same(one, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  );
}

/** The merge patch that turns `from` into `to`: null deletes, as the twin API has it. */
export function diff(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const name of Object.keys(from)) if (!Object.hasOwn(to, name)) patch[name] = null;
  for (const [name, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, name) ? from[name] : undefined;
    if (isObject(before) && isObject(value)) {
      const inner = diff(before, value);
      if (Object.keys(inner).length > 0) patch[name] = inner;
    } else if (!same(before, value)) {
      patch[name] = value;
    }
  }
  return patch;
}

export function apply(base: JsonObject, patch: JsonObject): JsonObject {
  const out: JsonObject = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name];
    else if (isObject(value)) out[name] = apply(isObject(out[name]) ? out[name] : {}, value);
    else out[name] = value;
  }
  return out;
}

function paths(patch: JsonObject, prefix: string): Map<string, Json> {
  const out = new Map<string, Json>();
  for (const [name, value] of Object.entries(patch)) {
    const path = prefix ? `${prefix}.${name}` : name;
    if (isObject(value) && Object.keys(value).length > 0)
      for (const [inner, one] of paths(value, path)) out.set(inner, one);
    else out.set(path, value);
  }
  return out;
}

export interface Merge {
  merged: Editable;
  /** What we and they changed to different values; ours is in `merged`. */
  conflicts: string[];
  /** What only they changed. */
  theirs: string[];
}

/** Ours on top of theirs, with what collides named. */
export function merge(base: Editable, ours: Editable, theirs: Editable): Merge {
  const result: Merge = { merged: { tags: {}, desired: {} }, conflicts: [], theirs: [] };
  for (const part of ['tags', 'desired'] as const) {
    const mine = diff(base[part], ours[part]);
    const other = diff(base[part], theirs[part]);
    result.merged[part] = apply(theirs[part], mine);
    const here = paths(mine, part);
    const there = paths(other, part);
    for (const [path, value] of there) {
      const clash = [...here].some(
        ([own, ownValue]) =>
          (own === path && !same(ownValue, value)) ||
          own.startsWith(path + '.') ||
          path.startsWith(own + '.'),
      );
      if (clash) result.conflicts.push(path);
      else if (!(here.has(path) && same(here.get(path), value))) result.theirs.push(path);
    }
  }
  return result;
}

/** What the twin API would refuse, said before it is sent. */
export function editableError(value: Json | undefined): string | null {
  if (!isObject(value)) return 'The twin is an object with tags and desired properties.';
  for (const name of Object.keys(value))
    if (name !== 'tags' && name !== 'desired')
      return `Only "tags" and "desired" can be edited here, not "${name}".`;
  for (const part of ['tags', 'desired']) {
    const section = value[part];
    if (section === undefined) continue;
    if (!isObject(section)) return `"${part}" must be an object.`;
    const fault = nameFault(section, part, 1);
    if (fault) return fault;
  }
  return null;
}

const DEPTH_MAX = 10;

function nameFault(object: JsonObject, path: string, depth: number): string | null {
  if (depth > DEPTH_MAX) return `${path}: a twin is at most ${DEPTH_MAX} levels deep.`;
  for (const [name, value] of Object.entries(object)) {
    if (name === '' || /[$.\s\x00-\x1f]/.test(name))
      return `${path}: "${name}" cannot be a name: no '$', '.', blanks or control characters.`;
    if (value === null)
      return `${path}.${name}: leave a property out to delete it; null is not kept.`;
    if (isObject(value)) {
      const inner = nameFault(value, `${path}.${name}`, depth + 1);
      if (inner) return inner;
    }
  }
  return null;
}

export const asEditable = (value: JsonObject): Editable => ({
  tags: isObject(value.tags) ? value.tags : {},
  desired: isObject(value.desired) ? value.desired : {},
});

/** What to send: only what changed, so that what others wrote elsewhere stays. */
export function twinPatch(base: Editable, ours: Editable): JsonObject | null {
  const tags = diff(base.tags, ours.tags);
  const desired = diff(base.desired, ours.desired);
  const patch: JsonObject = {};
  if (Object.keys(tags).length > 0) patch.tags = tags;
  if (Object.keys(desired).length > 0) patch.properties = { desired };
  return Object.keys(patch).length > 0 ? patch : null;
}
