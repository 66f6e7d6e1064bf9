import { type Logger, pino } from 'pino';

export type { Logger };

/** Header and field names whose values never reach a log line, at any depth the platform logs. */
const REDACTED = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'value'];

/** A JSON logger to standard output. `name` is the process: gateway, worker, supervisor. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  });
}
