import type { Logger } from '@patchbay/foundation';

export interface Schedule {
  close(): Promise<void>;
}

/** Runs the work now and then again `intervalMs` after each end. A failure is logged and waits for its next turn. */
export function every(intervalMs: number, name: string, logger: Logger, work: () => Promise<void>): Schedule {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let turn = Promise.resolve();
  const run = () => {
    turn = work()
      .catch((error) => logger.warn({ err: error, schedule: name }, 'a scheduled task failed'))
      .then(() => {
        if (!closed) timer = setTimeout(run, intervalMs);
      });
  };
  run();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
