import type { LogLevel } from './invocation.ts';
import type { IsolationKey } from './isolation-key.ts';

/**
 * One line a connector wrote, or the platform wrote about it. `text` is escaped at capture: no control, bidirectional
 * or line-separator character is in it. Level above its own, source and request id are never the connector's choice.
 */
export interface LogRecord {
  /** ISO 8601, the supervisor's clock. */
  readonly at: string;
  readonly level: LogLevel;
  readonly source: 'connector' | 'stderr' | 'platform';
  readonly text: string;
  readonly requestId?: string;
  readonly key: IsolationKey;
  readonly sandboxId: string;
}
