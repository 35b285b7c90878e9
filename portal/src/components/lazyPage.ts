// Pages that are loaded when they are first opened, and soon after the start in any case: the
// portal is to be whole when the management service that serves it is away.
import { lazy, type ComponentType } from 'react';

import { sleep } from '../api/longOperation';

type Load = () => Promise<{ default: ComponentType }>;

const AHEAD_AFTER_MS = 2000;
const AGAIN_AFTER_MS = 2000;
const loads: Load[] = [];
let ahead = false;

const serviceAway = () =>
  fetch(import.meta.env.BASE_URL, { method: 'HEAD', cache: 'no-store' }).then(
    () => false,
    () => true,
  );

async function patiently(load: Load) {
  for (let answered = false; ; ) {
    try {
      return await load();
    } catch (error) {
      // The service answers, but has not this file: another build. The page has to be loaded anew.
      if (answered) throw error;
      answered = !(await serviceAway());
      await sleep(AGAIN_AFTER_MS);
    }
  }
}

export function lazyPage(load: Load) {
  loads.push(load);
  return lazy(() => patiently(load));
}

/** One after the other, so that what the user waits for goes first. */
export async function loadAhead(): Promise<void> {
  if (ahead) return;
  ahead = true;
  await sleep(AHEAD_AFTER_MS);
  // A page that was loaded may have pages of its own, which are then at the end of the list.
  for (let i = 0; i < loads.length; ++i) await loads[i]!().catch(() => undefined);
  ahead = false;
}
