import type { Tx } from '../database/index.ts';

/** Calls of a connector that one limit refused. */
export interface LimitedCalls {
  readonly connectorId: string;
  /** Catalogue code of the limit: `limits.person_rate`. */
  readonly errorCode: string;
  readonly calls: number;
  readonly lastAt: Date;
}

/** Rows of the answer; one per connector and limit. */
const ROWS_MAX = 500;

/** Calls since then that a limit refused, by connector and limit, most first. */
export async function countLimitedCalls(tx: Tx, since: Date): Promise<readonly LimitedCalls[]> {
  const rows = await tx.prisma.usageEvent.groupBy({
    by: ['connectorId', 'errorCode'],
    where: { ...tx.scope, at: { gte: since }, outcome: 'refused', errorCode: { startsWith: 'limits.' } },
    _count: { _all: true },
    _max: { at: true },
    orderBy: { _count: { id: 'desc' } },
    take: ROWS_MAX,
  });
  return rows.flatMap(({ connectorId, errorCode, _count, _max }) =>
    errorCode === null || _max.at === null ? [] : [{ connectorId, errorCode, calls: _count._all, lastAt: _max.at }],
  );
}
