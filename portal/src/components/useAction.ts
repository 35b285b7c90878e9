// Something the user started: whether it runs, and what went wrong with it.
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Action {
  busy: boolean;
  error: unknown;
  /** True when it succeeded. A second start while one runs is ignored. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

export function useAction(): Action {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({
    busy: false,
    error: undefined,
  });
  const running = useRef(false);
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  const run = useCallback(async (work: () => Promise<unknown>) => {
    if (running.current) return false;
    running.current = true;
    setState({ busy: true, error: undefined });
    let error: unknown;
    try {
      await work();
    } catch (failed) {
      error = failed;
    }
    running.current = false;
    if (shown.current) setState({ busy: false, error });
    return error === undefined;
  }, []);
  const clear = useCallback(() => setState((now) => ({ ...now, error: undefined })), []);
  return { ...state, run, clear };
}
