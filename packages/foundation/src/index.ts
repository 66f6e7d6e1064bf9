export { orAborted, waitAtMost, within } from './async.ts';
export { documentNumber, emailAddress, findPlainInputs, idOf, integer, integerParameter, text } from './border.ts';
export { ERRORS, type ErrorCode } from './catalog/index.ts';
export { type Clock, systemClock } from './clock.ts';
export { COMMAND_LINE_CLIENT, DEVICE_CODE_GRANT } from './command-line-client.ts';
export { DASHBOARD_PAGES, type DashboardPage, withDashboardOrigin } from './dashboard-pages.ts';
export {
  DISK_RESERVE_SHARE,
  type DiskSpace,
  isBelowShare,
  readDiskSpace,
} from './disk-space.ts';
export {
  AppError,
  type AppErrorOptions,
  asAppError,
  asSentence,
  type ErrorSpec,
  errorPagePath,
  type FaultOwner,
} from './errors.ts';
export { escapeJson, escapeText } from './escape-text.ts';
export { ID_PREFIXES, type IdKind, isId, newId } from './ids.ts';
export { isRunning } from './is-running.ts';
export { ConfigError, loadConfig } from './load-config.ts';
export { createLogger, type Logger } from './logger.ts';
export type { Page, PageRequest } from './page.ts';
export { parseRedisUrl, type RedisAddress, redisProblem } from './redis-url.ts';
export { Secret } from './secret.ts';
export {
  dataEnvironment,
  keysProblem,
  mailFromField,
  originField,
  originProblem,
  portField,
  redisUrlField,
  sharedEnvironment,
  smtpUrlField,
} from './shared-environment.ts';
export { signUpProblem } from './sign-up-problem.ts';
export { readSystemError, type SystemErrorFields } from './system-error.ts';
export { decodeText, findTextProblem, storable } from './text-problem.ts';
export { describeDisk, isLow, readDisks, type WatchedDisk } from './watched-disks.ts';
export { isWellKnownPassword, passwordProblem } from './well-known-passwords.ts';
