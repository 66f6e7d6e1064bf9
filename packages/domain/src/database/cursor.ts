import { AppError, type Page } from '@patchbay/foundation';

/** Position in a list sorted by (time, id), newest first: the last row that was shown. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

/** As `encodeCursor` writes them: years that PostgreSQL and JavaScript both know, and ids without a stranger's text. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ID = /^[a-z]{3}_[0-9a-z]{1,60}$/;

export function encodeCursor(position: Position): string {
  return Buffer.from(`${position.at.toISOString()} ${position.id}`).toString('base64url');
}

/** @throws AppError `data.cursor_invalid` */
function decodeCursor(cursor: string): Position {
  const [time, id, ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const at = new Date(time ?? '');
  const written = time !== undefined && TIME.test(time) && !Number.isNaN(at.getTime());
  if (!written || !ID.test(id ?? '') || rest.length > 0) throw new AppError('data.cursor_invalid');
  return { at, id: id ?? '' };
}

/**
 * The Prisma condition for "after this position" of a list sorted newest first by createdAt and id. The bound on the time
 * is what PostgreSQL enters the index by; the OR alone would be a filter over every row before the cursor.
 *
 * @throws AppError `data.cursor_invalid`
 */
export function olderThan(cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { at, id } = decodeCursor(cursor);
  return { createdAt: { lte: at }, OR: [{ createdAt: { lt: at } }, { id: { lt: id } }] };
}

/** The same for a list sorted by `at` and id. @throws AppError `data.cursor_invalid` */
export function earlierThan(cursor: string | undefined) {
  if (cursor === undefined) return {};
  const { at, id } = decodeCursor(cursor);
  return { at: { lte: at }, OR: [{ at: { lt: at } }, { id: { lt: id } }] };
}

export const NEWEST_FIRST: [{ createdAt: 'desc' }, { id: 'desc' }] = [{ createdAt: 'desc' }, { id: 'desc' }];

/** A page from `limit + 1` rows: the extra one proves that there are more. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  positionOf: (row: Row) => Position,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null,
  };
}
