import type { Endpoint } from '@patchbay/domain/endpoints';
import type { Clock } from '@patchbay/foundation';
import type { LogBatcher } from '../../sandboxes/log-batcher.ts';
import { isolationKeyOf } from './invocation.ts';

/** A message for the author of a connector only. */
export interface AuthorLine {
  readonly text: string;
  readonly requestId?: string;
}

/** Writes lines of the platform into the connector's own log: `patchbay logs` shows them among what it printed. */
export type NotifyAuthor = (endpoint: Endpoint, lines: readonly AuthorLine[]) => void;

export function createNotifyAuthor(logs: Pick<LogBatcher, 'add'>, clock: Pick<Clock, 'now'>): NotifyAuthor {
  return (endpoint, lines) => {
    const at = clock.now().toISOString();
    const key = isolationKeyOf(endpoint, null);
    for (const line of lines) logs.add({ ...line, at, key, level: 'warn', source: 'platform', sandboxId: '' });
  };
}
