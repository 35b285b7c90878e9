// Long operations that the user began: followed to their end wherever the user goes in the portal,
// and after a reload of the page.
import { useSyncExternalStore } from 'react';

import type { Reply } from '../api/client';
import { describeError } from '../api/errors';
import { follow, operationUrl, type OperationState } from '../api/longOperation';

export interface Notification {
  id: string;
  title: string; // "Creating IoT hub 'contoso'"
  done: string; // "Created IoT hub 'contoso'"
  link?: string; // where to see it
  url?: string; // of the operation, while it runs
  status: 'running' | 'succeeded' | 'failed';
  percent?: number;
  message?: string;
  startedAt: number;
  endedAt?: number;
  seen: boolean;
}

const KEY = 'tandem.notifications';
const KEPT_MAX = 30;
let all: Notification[] = load();
const listeners = new Set<() => void>();
const endings = new Set<(ended: Notification) => void>();

function load(): Notification[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Notification[];
  } catch {
    return [];
  }
}

function publish(next: Notification[]): void {
  all = next.slice(0, KEPT_MAX);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Then they last as long as the page.
  }
  for (const listener of listeners) listener();
}

function change(id: string, part: Partial<Notification>): void {
  publish(all.map((one) => (one.id === id ? { ...one, ...part } : one)));
}

function finish(id: string, part: Partial<Notification>): void {
  change(id, { ...part, url: undefined, endedAt: Date.now(), seen: false });
  const ended = all.find((one) => one.id === id);
  if (ended) for (const tell of endings) tell(ended);
}

async function watch(
  id: string,
  url: string,
  onState?: (state: OperationState) => void,
): Promise<boolean> {
  try {
    await follow(url, (state) => {
      if (state.percent !== undefined) change(id, { percent: state.percent });
      onState?.(state);
    });
    finish(id, { status: 'succeeded', percent: 100 });
    return true;
  } catch (error) {
    finish(id, { status: 'failed', message: describeError(error) });
    return false;
  }
}

export interface Tracked<T> {
  reply: Reply<T>;
  url: string | null; // of the operation
  finished: Promise<boolean>; // true: it succeeded
}

/**
 * Starts a long operation and shows it under Notifications. Throws what `start` throws: a refusal
 * belongs on the page where the user asked. What comes later is told there and here.
 */
export async function track<T>(options: {
  title: string;
  done: string;
  link?: string;
  start: () => Promise<Reply<T>>;
  onState?: (state: OperationState) => void;
}): Promise<Tracked<T>> {
  const reply = await options.start();
  const url = operationUrl(reply);
  const id = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const { title, done, link } = options;
  publish([
    { id, title, done, link, url: url ?? undefined, status: 'running', startedAt: Date.now(),
      seen: false },
    ...all,
  ]);
  if (url === null) {
    finish(id, { status: 'succeeded', percent: 100 });
    return { reply, url, finished: Promise.resolve(true) };
  }
  return { reply, url, finished: watch(id, url, options.onState) };
}

/** Operations of before a reload of the page are followed again. */
export function resume(): void {
  for (const one of all)
    if (one.status === 'running') {
      if (one.url) void watch(one.id, one.url);
      else finish(one.id, { status: 'failed', message: 'Its outcome is not known.' });
    }
}

export const notifications = {
  onEnd(listener: (ended: Notification) => void): () => void {
    endings.add(listener);
    return () => endings.delete(listener);
  },
  markSeen(): void {
    if (all.some((one) => !one.seen)) publish(all.map((one) => ({ ...one, seen: true })));
  },
  dismissEnded(): void {
    publish(all.filter((one) => one.status === 'running'));
  },
  clear(): void {
    publish([]);
  },
};

export function useNotifications(): Notification[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}
