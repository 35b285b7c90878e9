// Data on a page: asked for when the page shows it, again every so often, and never after it has
// gone. What was known before is shown while the new is on its way.
import { useCallback, useEffect, useRef, useState } from 'react';

import { ApiError } from './errors';

export interface Query<T> {
  data: T | undefined;
  error: unknown; // of the last attempt; data may still be what was known before
  loading: boolean; // nothing known yet
  refresh: () => Promise<void>;
  updatedAt: number | null;
}

const known = new Map<string, unknown>();
const KNOWN_MAX = 200;
const RETRY_MS = 3000;

function remember(key: string, value: unknown): void {
  known.delete(key);
  known.set(key, value);
  const oldest = known.keys().next();
  if (known.size > KNOWN_MAX && !oldest.done) known.delete(oldest.value);
}

export function forgetEverything(): void {
  known.clear();
}

/**
 * `key` names the data (null: nothing to ask for yet); `every` asks again after so many ms, while
 * the page is visible.
 */
export function useQuery<T>(
  key: string | null,
  fetcher: (signal: AbortSignal) => Promise<T>,
  options: { every?: number } = {},
): Query<T> {
  const [, redraw] = useState(0);
  const state = useRef<{ key: string | null; error: unknown; at: number | null }>({
    key: null,
    error: undefined,
    at: null,
  });
  const ask = useRef(fetcher);
  ask.current = fetcher;
  const running = useRef<AbortController | null>(null);
  const every = options.every;

  const refresh = useCallback(async () => {
    if (key === null) return;
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    try {
      const data = await ask.current(controller.signal);
      if (controller.signal.aborted) return;
      remember(key, data);
      state.current = { key, error: undefined, at: Date.now() };
    } catch (error) {
      if (controller.signal.aborted) return;
      state.current = { ...state.current, key, error };
    }
    redraw((count) => count + 1);
  }, [key]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    // What is not asked for again and again is at least asked for until there is an answer.
    const failed = () => {
      const { error } = state.current;
      return error instanceof ApiError && error.temporary;
    };
    let first = true;
    const loop = async () => {
      if (first || !document.hidden) await refresh();
      first = false;
      const wait = every ?? (failed() ? RETRY_MS : undefined);
      if (!stopped && wait) timer = setTimeout(() => void loop(), wait);
    };
    const shown = () => {
      if (!document.hidden && (every || failed())) void refresh();
    };
    void loop();
    document.addEventListener('visibilitychange', shown);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', shown);
      running.current?.abort();
    };
  }, [refresh, every]);

  const mine = state.current.key === key;
  const data = key === null ? undefined : (known.get(key) as T | undefined);
  const error = mine ? state.current.error : undefined;
  return {
    data,
    error,
    loading: data === undefined && error === undefined,
    refresh,
    updatedAt: mine ? state.current.at : null,
  };
}
