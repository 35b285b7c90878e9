// The signed-in user's tokens. They live in sessionStorage: one tab, until it is closed.
//
// Source  management-plane sign-in: POST /adfs/oauth2/token, password and refresh_token grants.

import { unreachable } from './errors';

export interface Session {
  accessToken: string;
  refreshToken?: string;
  expiresAt: number; // ms since 1970
  user: string;
}

const KEY = 'tandem.session';
const CLIENT_ID = 'tandem-portal';
const REFRESH_BEFORE_MS = 120_000;
const SIGN_IN_MS_MAX = 30_000;

let current: Session | null = load();
let refreshing: Promise<Refreshed> | null = null;
const listeners = new Set<() => void>();

function load(): Session | null {
  try {
    const text = sessionStorage.getItem(KEY);
    return text ? (JSON.parse(text) as Session) : null;
  } catch {
    return null;
  }
}

function keep(session: Session | null, bySelf = false): void {
  current = session;
  endedBySelf = bySelf;
  try {
    if (session) sessionStorage.setItem(KEY, JSON.stringify(session));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage may be forbidden; the session then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

let endedBySelf = false;

/**
 * A tab that is duplicated takes the session with it. A refresh token is good once, and used twice
 * it ends the sign-in: whoever has the same one is told of the next.
 */
const twins =
  typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('tandem.session');
twins?.addEventListener('message', (event: MessageEvent<{ used: string; next: Session }>) => {
  if (current?.refreshToken === event.data.used) keep(event.data.next);
});

export const session = {
  get: (): Session | null => current,
  /** It ended without the user's doing. */
  ranOut: (): boolean => endedBySelf,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

interface TokenAnswer {
  access_token?: string;
  refresh_token?: string;
  expires_in?: number | string;
  error?: string;
  error_description?: string;
}

export class SignInError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

async function askToken(form: Record<string, string>): Promise<TokenAnswer> {
  const response = await fetch('/adfs/oauth2/token', {
    method: 'POST',
    body: new URLSearchParams(form),
    signal: AbortSignal.timeout(SIGN_IN_MS_MAX),
  });
  const answer = (await response.json().catch(() => ({}))) as TokenAnswer;
  if (response.ok && answer.access_token) return answer;
  throw new SignInError(
    answer.error ?? `http_${response.status}`,
    answer.error_description ?? `The sign-in service answered ${response.status}.`,
  );
}

function toSession(answer: TokenAnswer, user: string, refreshToken?: string): Session {
  return {
    accessToken: answer.access_token!,
    refreshToken: answer.refresh_token ?? refreshToken,
    expiresAt: Date.now() + Number(answer.expires_in ?? 3600) * 1000,
    user,
  };
}

const PRINCIPAL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A user's name and password, or a service principal's id and secret. */
export async function signIn(user: string, password: string): Promise<void> {
  const scope = 'openid offline_access https://management.azure.com/.default';
  const form: Record<string, string> = PRINCIPAL_ID.test(user)
    ? { grant_type: 'client_credentials', client_id: user, client_secret: password, scope }
    : { grant_type: 'password', client_id: CLIENT_ID, username: user, password, scope };
  keep(toSession(await askToken(form), user));
}

export function signOut(): void {
  keep(null);
}

/** The service does not believe the token any more. */
export function endSession(): void {
  keep(null, true);
}

/** away: nobody could be asked; the session may be as good as ever. */
export type Refreshed = 'done' | 'refused' | 'away';

async function refresh(): Promise<Refreshed> {
  const before = current;
  if (!before?.refreshToken) return 'refused';
  try {
    const answer = await askToken({
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: before.refreshToken,
    });
    const next = toSession(answer, before.user, before.refreshToken);
    keep(next);
    twins?.postMessage({ used: before.refreshToken, next });
    return 'done';
  } catch (error) {
    return error instanceof SignInError && error.code === 'invalid_grant' ? 'refused' : 'away';
  }
}

/** One refresh at a time, however many requests find out that they need it. */
export function refreshSession(): Promise<Refreshed> {
  refreshing ??= refresh().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/**
 * A token that is good for the next request, or null: nobody is signed in. Throws where the one
 * there is has run out and the service that gives the next is away.
 */
export async function accessToken(): Promise<string | null> {
  if (current && Date.now() > current.expiresAt - REFRESH_BEFORE_MS) {
    const refreshed = await refreshSession();
    const over = current && Date.now() >= current.expiresAt;
    if (over && refreshed === 'away') throw unreachable();
    if (over && refreshed === 'refused') endSession();
  }
  return current?.accessToken ?? null;
}
