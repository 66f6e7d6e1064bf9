import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { escapeJson } from './escape-text.ts';
import { LineOutput, writerOf } from './line-output.ts';

export type { Logger };

/** Header and field names whose values never reach a log line, at any depth the platform logs. */
const REDACTED = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'value'];

/** One for all loggers of a process. */
let standardOutput: DestinationStream | undefined;

/** A JSON logger to standard output, unless a destination is named. `name` is the process: gateway, worker, supervisor. */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    name,
    level,
    redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    formatters: { level: (label) => ({ level: label }) },
    // Texts of connectors and callers are in our lines: no byte of them may steer who reads the log.
    hooks: {
      streamWrite: escapeJson,
    },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  if (destination) return pino(options, destination);
  standardOutput ??= openStandardOutput(name);
  return pino(options, standardOutput);
}

/** Lost lines are reported as a line of the same form; pino's own destination repeats a refused write without end. */
function openStandardOutput(name: string): DestinationStream {
  const output = new LineOutput({
    writeBytes: writerOf(1),
    lostLine: (lines) =>
      JSON.stringify({ level: 'error', time: new Date().toISOString(), name, lines, msg: 'log lines lost' }),
    now: () => performance.now(),
  });
  process.once('exit', () => output.end());
  return output;
}
