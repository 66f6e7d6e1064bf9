import type { Database, Tx } from '../database/index.ts';
import { escapeLogText } from './escape-text.ts';

/** In order of weight; a row stores the position. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];
export type LogSource = 'connector' | 'stderr' | 'platform';

/** One line as the supervisor reports it: every field but `text` is written by the platform. */
export interface NewLogLine {
  readonly organizationId: string;
  readonly connectorId: string;
  readonly versionId: string;
  /** The subject whose sandbox wrote it: a principal id, or empty for a shared sandbox. */
  readonly subject: string;
  readonly sandboxId: string;
  readonly at: Date;
  readonly level: LogLevel;
  readonly source: LogSource;
  readonly text: string;
  readonly requestId?: string | undefined;
}

export interface LogLine {
  /** Grows with time; the cursor of a list. */
  readonly sequence: bigint;
  readonly at: Date;
  readonly level: LogLevel;
  readonly source: LogSource;
  readonly text: string;
  /** True when the text belongs to another person and is withheld: `text` is then `[hidden]`. */
  readonly hidden: boolean;
  readonly requestId: string | null;
  readonly subject: string;
  readonly sandboxId: string;
  readonly versionId: string;
  /** Null when the version was purged. */
  readonly versionNumber: number | null;
}

export interface LogFilter {
  /** Only this level and above. */
  readonly level?: LogLevel | undefined;
  readonly requestId?: string | undefined;
  /** Reader's person id: lines of other people's sandboxes come without text. */
  readonly reader: string | null;
}

/** Escapes, cuts and stores lines of any number of organizations. */
export async function insertLogLines(database: Database, lines: readonly NewLogLine[]): Promise<void> {
  for (const [organizationId, ofOne] of Map.groupBy(lines, (line) => line.organizationId)) {
    await database.withOrganization({ organizationId }, async (tx) => {
      await tx.prisma.connectorLogLine.createMany({
        data: ofOne.map((line) => ({
          ...tx.scope,
          connectorId: line.connectorId,
          versionId: line.versionId,
          subject: line.subject,
          sandboxId: line.sandboxId,
          level: LEVELS.indexOf(line.level),
          source: line.source,
          text: escapeLogText(line.text),
          requestId: line.requestId ?? null,
          at: line.at,
        })),
      });
    });
  }
}

/** Oldest first after `after`; with `after` null the newest `limit` lines, oldest first. */
export async function listLogLines(
  tx: Tx,
  connectorId: string,
  position: { readonly after: bigint | null; readonly limit: number },
  filter: LogFilter,
): Promise<readonly LogLine[]> {
  const rows = await tx.prisma.connectorLogLine.findMany({
    where: {
      ...tx.scope,
      connectorId,
      level: { gte: LEVELS.indexOf(filter.level ?? 'debug') },
      ...(filter.requestId === undefined ? {} : { requestId: filter.requestId }),
      ...(position.after === null ? {} : { sequence: { gt: position.after } }),
    },
    orderBy: { sequence: position.after === null ? 'desc' : 'asc' },
    take: position.limit,
  });
  if (position.after === null) rows.reverse();
  const numbers = await versionNumbers(tx, new Set(rows.map((row) => row.versionId)));
  return rows.map((row) => {
    const hidden = row.subject !== '' && row.subject !== filter.reader;
    return {
      sequence: row.sequence,
      at: row.at,
      level: LEVELS[row.level] ?? 'error',
      source: row.source as LogSource, // written by `insertLogLines` only
      text: hidden ? '[hidden]' : row.text,
      hidden,
      requestId: row.requestId,
      subject: row.subject,
      sandboxId: row.sandboxId,
      versionId: row.versionId,
      versionNumber: numbers.get(row.versionId) ?? null,
    };
  });
}

async function versionNumbers(tx: Tx, ids: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.prisma.version.findMany({
    where: { ...tx.scope, id: { in: [...ids] } },
    select: { id: true, number: true },
  });
  return new Map(rows.map((row) => [row.id, row.number]));
}
