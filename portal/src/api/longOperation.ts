// Long-running operations: start one, and follow it to its end.
//
// Source  ARM: 201/202 with Azure-AsyncOperation or Location; Tandem's own: 202 with Location to
//         /tandem/v1/operations/{id}. A control that cannot be reached for a while is asked again:
//         operations outlive it.
import { ApiError, call, localPath, type Reply } from './client';

export interface OperationState {
  status: string; // Running, Succeeded, Failed, Canceled ...
  percent?: number;
  document: unknown;
}

type Json = Record<string, unknown>;
const POLL_MS = 1000;
const UNREACHABLE_MS_MAX = 10 * 60_000;

export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

/** Where to ask how it goes, or null: it is done already. */
export function operationUrl(reply: Reply<unknown>): string | null {
  const asynchronous = reply.headers.get('Azure-AsyncOperation');
  if (asynchronous) return localPath(asynchronous);
  const location = reply.headers.get('Location');
  return reply.status === 202 && location ? localPath(location) : null;
}

export function readState(status: number, document: unknown): OperationState {
  const body = (document && typeof document === 'object' ? document : {}) as Json;
  // A Location address answers 202 until the end, then with the result itself.
  const said = typeof body.status === 'string' && !('properties' in body && 'type' in body);
  const state = said ? (body.status as string) : status === 202 ? 'Running' : 'Succeeded';
  const percent = typeof body.percentComplete === 'number' ? body.percentComplete : undefined;
  return { status: state, percent, document };
}

export function ended(state: OperationState): boolean {
  return /^(succeeded|failed|canceled|cancelled)$/i.test(state.status);
}

export async function follow(
  url: string,
  onState?: (state: OperationState) => void,
  signal?: AbortSignal,
): Promise<OperationState> {
  let unreachableSince: number | null = null;
  for (;;) {
    try {
      const reply = await call<unknown>('GET', url, { signal });
      unreachableSince = null;
      const state = readState(reply.status, reply.data);
      onState?.(state);
      if (ended(state)) {
        if (/^succeeded$/i.test(state.status)) return state;
        const error = ((state.document ?? {}) as { error?: { code?: string; message?: string } })
          .error;
        throw new ApiError(
          200,
          error?.code ?? state.status,
          error?.message ?? `The operation ended as ${state.status}.`,
        );
      }
    } catch (error) {
      if (!(error instanceof ApiError && error.temporary)) throw error;
      unreachableSince ??= Date.now();
      if (Date.now() - unreachableSince > UNREACHABLE_MS_MAX) throw error;
    }
    await sleep(POLL_MS, signal);
  }
}

/** Starts with `start`, then follows until the end. */
export async function runLong<T>(
  start: () => Promise<Reply<T>>,
  onState?: (state: OperationState) => void,
  signal?: AbortSignal,
): Promise<OperationState> {
  const reply = await start();
  const url = operationUrl(reply);
  if (url === null) return { status: 'Succeeded', document: reply.data };
  return follow(url, onState, signal);
}
