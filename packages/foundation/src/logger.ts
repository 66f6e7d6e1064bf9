import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger };

/** Header and field names whose values never reach a log line, at any depth the platform logs. */
const REDACTED = ['authorization', 'cookie', 'password', 'secret', 'token', 'apiKey', 'value'];

/** What JSON leaves as it is and a terminal or an editor obeys: DEL, C1, line separators, direction marks. */
const STEERING = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One for all loggers of a process. */
let standardOutput: DestinationStream | undefined;

/** Characters of lines that wait for the end of the turn; more are written at once. */
const WAITING_LENGTH_MAX = 8 * 1024;

/** A JSON logger to standard output, unless a destination is named. `name` is the process: gateway, worker, supervisor. */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    name,
    level,
    redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    formatters: { level: (label) => ({ level: label }) },
    // Texts of connectors and callers are in our lines: no byte of them may steer who reads the log (security S27).
    hooks: {
      streamWrite: (line) =>
        line.replace(STEERING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
    },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  if (destination) return pino(options, destination);
  standardOutput ??= openStandardOutput();
  return pino(options, standardOutput);
}

/**
 * The lines of one turn of the event loop leave in one write, and the last ones before the process does. Gathered here:
 * sonic-boom's own flushing waits for the disk each time, which was a quarter of the gateway's work.
 */
function openStandardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true });
  let waiting = '';
  const flush = () => {
    const lines = waiting;
    waiting = '';
    if (lines !== '') output.write(lines);
  };
  process.once('exit', () => {
    flush();
    output.flushSync();
  });
  return {
    write(line) {
      if (waiting === '') setImmediate(flush);
      waiting += line;
      if (waiting.length > WAITING_LENGTH_MAX) flush();
    },
  };
}
