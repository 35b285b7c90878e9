import { afterEach, beforeEach, expect, test, vi } from 'vitest';

type Form = Record<string, string>;
let asked: Form[];
let answer: (form: Form) => { status: number; body: unknown };
let module: typeof import('./session');

type Listener = (event: { data: unknown }) => void;
let channels: Channel[] = [];
class Channel {
  listener: Listener = () => undefined;
  constructor() {
    channels.push(this);
  }
  addEventListener(_: string, listener: Listener) {
    this.listener = listener;
  }
  postMessage(data: unknown) {
    for (const other of channels) if (other !== this) other.listener({ data });
  }
}

beforeEach(async () => {
  asked = [];
  answer = () => ({
    status: 200, body: { access_token: 'a1', refresh_token: 'r1', expires_in: 3600 },
  });
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal('fetch', async (_: string, options: { body: URLSearchParams }) => {
    const form = Object.fromEntries(options.body);
    asked.push(form);
    const { status, body } = answer(form);
    return new Response(JSON.stringify(body), { status });
  });
  vi.stubGlobal('BroadcastChannel', Channel);
  channels = [];
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
  vi.resetModules();
  module = await import('./session');
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('users sign in with a password, service principals with their secret', async () => {
  await module.signIn('ann', 'secret');
  await module.signIn('0f8fad5b-d9cb-469f-a165-70867728950e', 'secret');
  expect(asked.map((form) => form.grant_type)).toEqual(['password', 'client_credentials']);
  expect(asked[0]).toMatchObject({ client_id: 'tandem-portal', username: 'ann' });
  expect(asked[1]).not.toHaveProperty('username');
});

test('the password is not kept', async () => {
  await module.signIn('ann', 'secret');
  expect(JSON.stringify(module.session.get())).not.toContain('secret');
});

test('a refusal says why, and nobody is signed in', async () => {
  answer = () => ({
    status: 400, body: { error: 'invalid_grant', error_description: 'Wrong name or password.' },
  });
  await expect(module.signIn('ann', 'x')).rejects.toThrow('Wrong name or password.');
  expect(module.session.get()).toBeNull();
});

test('a token is refreshed before it expires, once for all who need it', async () => {
  await module.signIn('ann', 'secret');
  vi.setSystemTime(1_000_000 + 3_590_000);
  answer = () => ({ status: 200, body: { access_token: 'a2', expires_in: 3600 } });
  const tokens = await Promise.all([module.accessToken(), module.accessToken()]);
  expect(tokens).toEqual(['a2', 'a2']);
  expect(asked).toHaveLength(2);
  expect(module.session.get()?.refreshToken).toBe('r1');
});

test('a refused refresh ends the session, and is told apart from signing out', async () => {
  await module.signIn('ann', 'secret');
  vi.setSystemTime(1_000_000 + 3_700_000);
  answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
  expect(await module.accessToken()).toBeNull();
  expect(module.session.ranOut()).toBe(true);
  await module.signIn('ann', 'secret').catch(() => undefined);
  module.signOut();
  expect(module.session.ranOut()).toBe(false);
});

test('while the service is away a token that is still good goes on', async () => {
  await module.signIn('ann', 'secret');
  vi.setSystemTime(1_000_000 + 3_590_000);
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('network');
  });
  expect(await module.accessToken()).toBe('a1');
});

test('a token that runs out while the service is away does not end the session', async () => {
  await module.signIn('ann', 'secret');
  const service = globalThis.fetch;
  vi.setSystemTime(1_000_000 + 3_700_000);
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('network');
  });
  await expect(module.accessToken()).rejects.toThrow('cannot be reached');
  expect(module.session.get()).not.toBeNull();
  vi.stubGlobal('fetch', service);
  answer = () => ({ status: 200, body: { access_token: 'a2', expires_in: 3600 } });
  expect(await module.accessToken()).toBe('a2');
});

test('a sign-in service that is not ready is away, and no refusal', async () => {
  await module.signIn('ann', 'secret');
  answer = () => ({ status: 503, body: {} });
  expect(await module.refreshSession()).toBe('away');
});

test('a tab that was duplicated gets the next token too, since the old one is good once', async () => {
  await module.signIn('ann', 'secret');
  vi.resetModules();
  const twin = await import('./session');
  expect(twin.session.get()?.refreshToken).toBe('r1');
  answer = () => ({
    status: 200, body: { access_token: 'a2', refresh_token: 'r2', expires_in: 3600 },
  });
  await module.refreshSession();
  expect(twin.session.get()).toMatchObject({ accessToken: 'a2', refreshToken: 'r2' });
});
