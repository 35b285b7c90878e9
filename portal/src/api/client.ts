// Requests to control: the bearer token, JSON both ways, one kind of error, long operations.
import { readError, unreachable } from './errors';
import { accessToken, endSession, refreshSession, session } from './session';

export { ApiError, describeError } from './errors';

const READ_MS_MAX = 10_000; // a service that stands still is as good as away

export interface Reply<T> {
  status: number;
  data: T;
  headers: Headers;
  etag: string | null;
}

export interface CallOptions {
  body?: unknown; // sent as JSON
  headers?: Record<string, string>;
  ifMatch?: string;
  signal?: AbortSignal;
}

/** Control names itself in absolute addresses; the portal asks where it came from itself. */
export function localPath(address: string): string {
  try {
    const url = new URL(address, 'https://tandem.invalid');
    return url.pathname + url.search;
  } catch {
    return address;
  }
}

async function once(method: string, path: string, options: CallOptions): Promise<Response> {
  const token = await accessToken();
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (options.ifMatch !== undefined) headers['If-Match'] = options.ifMatch;
  if (options.body !== undefined) headers['Content-Type'] ??= 'application/json';
  // What changes something is waited for as long as it takes: giving up would not undo it.
  const signals = options.signal ? [options.signal] : [];
  if (method === 'GET') signals.push(AbortSignal.timeout(READ_MS_MAX));
  try {
    return await fetch(localPath(path), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: AbortSignal.any(signals),
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw unreachable();
  }
}

async function bodyOf(response: Response, signal?: AbortSignal): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw signal?.aborted ? error : unreachable();
  });
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export async function call<T>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Reply<T>> {
  let response = await once(method, path, options);
  if (response.status === 401) {
    const refreshed = await refreshSession();
    if (refreshed === 'away') throw unreachable();
    if (refreshed === 'done') response = await once(method, path, options);
    if (response.status === 401 && session.get()) endSession();
  }
  const data = await bodyOf(response, options.signal);
  if (!response.ok) throw readError(response.status, data);
  return {
    status: response.status,
    data: data as T,
    headers: response.headers,
    etag: response.headers.get('ETag'),
  };
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call<T>('GET', path, { signal })).data;
}

/** Every page of an ARM list. */
export async function list<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const all: T[] = [];
  let next: string | undefined = path;
  while (next) {
    const page: { value?: T[]; nextLink?: string } = await get(next, signal);
    all.push(...(page.value ?? []));
    next = page.nextLink || undefined;
  }
  return all;
}
