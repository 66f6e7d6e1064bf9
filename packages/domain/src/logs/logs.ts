import type { Database, Tx } from '../database/index.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogSource = 'connector' | 'stderr' | 'platform';

/** One line as the supervisor reports it (security.md S27): everything but `text` is the platform's word. */
export interface NewLogLine {
  readonly organizationId: string;
  readonly connectorId: string;
  readonly versionId: string;
  /** Whose sandbox wrote it: a principal id, or empty for a shared sandbox. */
  readonly subject: string;
  readonly sandboxId: string;
  readonly at: Date;
  readonly level: LogLevel;
  readonly source: LogSource;
  readonly text: string;
  readonly requestId?: string | undefined;
}

export interface LogLine extends Omit<NewLogLine, 'organizationId'> {
  /** Grows with time; the cursor of a list. */
  readonly sequence: bigint;
  readonly versionNumber: number;
  /** True when the text belongs to another person and is withheld: `text` is then `[hidden]`. */
  readonly hidden: boolean;
}

export interface LogFilter {
  /** Only this level and above. */
  readonly level?: LogLevel | undefined;
  readonly requestId?: string | undefined;
  /** Reader's person id: lines of other people's sandboxes come without text. */
  readonly reader: string | null;
}

/** Escapes, cuts and stores lines of any number of organizations. */
export declare function insertLogLines(database: Database, lines: readonly NewLogLine[]): Promise<void>;
/** Oldest first after `after`; with `after` null the newest `limit` lines, oldest first. */
export declare function listLogLines(
  tx: Tx,
  connectorId: string,
  position: { readonly after: bigint | null; readonly limit: number },
  filter: LogFilter,
): Promise<readonly LogLine[]>;
