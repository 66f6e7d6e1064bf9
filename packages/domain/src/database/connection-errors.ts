import { AppError } from '@patchbay/foundation';

/** Node's and PostgreSQL's codes for "there is nobody there, or nobody who can serve now". */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  '57P01',
  '57P02',
  '57P03',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '53300',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
]);

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
  if (!(error instanceof Error) || depth > 4) return false;
  // Fields that an error may have, each checked before use.
  const { code, errorCode } = error as { code?: unknown; errorCode?: unknown };
  if (typeof code === 'string' && AWAY.has(code)) return true;
  if (typeof errorCode === 'string' && AWAY.has(errorCode)) return true;
  return AWAY_MESSAGE.test(error.message) || isAway(error.cause, depth + 1);
}

/** Whether the error says that a row with the same unique key exists, from Prisma or from PostgreSQL. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Fields that an error may have, each compared before use.
  const { code, meta } = error as { code?: unknown; meta?: { code?: unknown } };
  return code === 'P2002' || code === '23505' || meta?.code === '23505';
}
