import { AppError } from '@patchbay/foundation';

/** Codes of Node and Prisma for a server that is unreachable or cannot serve now. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
]);

/**
 * PostgreSQL's classes: connection exception (08), insufficient resources (53: connections, memory, disk), operator
 * intervention (57P: shutting down, crashed, starting up, dropped, idle too long). Not 57014, a statement that took too
 * long: that is the statement's fault.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const AWAY_STATE = /^(?:08[0-9A-Z]{3}|53[0-9A-Z]{3}|57P[0-9A-Z]{2})$/;

/** pg and its pool report some losses by message only. */
const AWAY_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Can't reach database|ConnectionClosed|DatabaseNotReachable|SocketTimeout|Query read timeout|terminating connection/;

/** An error of a lost database as `data.unavailable`; any other error as it is. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof AppError) return error;
  return isAway(error, 0)
    ? new AppError('data.unavailable', {
        cause: error,
        retryAfterSeconds: 2,
        internal: error instanceof Error ? error.message : String(error),
      })
    : error;
}

function isAway(error: unknown, depth: number): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false;
  // Fields that an error may have, each checked before use. Prisma keeps the driver's error in `meta`, and PostgreSQL's
  // message in a `cause` in it that is not an Error.
  const { code, errorCode, originalCode, message, cause, meta } = error as Readonly<Record<string, unknown>>;
  if ([code, errorCode, originalCode].some((given) => typeof given === 'string' && saysAway(given))) return true;
  if (typeof message === 'string' && AWAY_MESSAGE.test(message)) return true;
  return isAway(cause, depth + 1) || isAway(driverError(meta), depth + 1);
}

function saysAway(code: string): boolean {
  return AWAY.has(code) || AWAY_STATE.test(code);
}

function driverError(meta: unknown): unknown {
  return typeof meta === 'object' && meta !== null && 'driverAdapterError' in meta ? meta.driverAdapterError : meta;
}

/** Whether the error is a violated foreign key, from Prisma or from PostgreSQL. */
export function isForeignKeyViolation(error: unknown): boolean {
  return hasCode(error, 'P2003', '23503');
}

/** Whether the error is a violated unique key, from Prisma or from PostgreSQL. */
export function isUniqueViolation(error: unknown): boolean {
  return hasCode(error, 'P2002', '23505');
}

function hasCode(error: unknown, ofPrisma: string, sqlState: string): boolean {
  if (!(error instanceof Error)) return false;
  // Fields that an error may have, each compared before use.
  const { code, meta } = error as { code?: unknown; meta?: { code?: unknown } };
  return code === ofPrisma || code === sqlState || meta?.code === sqlState;
}
