/** Why a sandbox ended, in words for its callers and for its author. */
import { constants } from 'node:os';
import { AppError, asSentence } from '@patchbay/foundation';
import { errorOfLimit } from '../bounds/exceeded-limit.ts';
import type { SandboxProfile } from '../bounds/limits.ts';
import type { SandboxExit } from '../drivers/driver.ts';

/** How many of them are worth showing. */
export const LAST_LINES = 8;
const LAST_CHARACTERS = 1_000;

/** The error of a process that ended by itself. `lastWords`: the end of its standard error, one character per byte. */
export function errorOfExit(exit: SandboxExit, lastWords: string, profile: SandboxProfile): AppError {
  const exceeded = errorOfLimit(exit.exceeded, lastWords, profile);
  if (exceeded) return exceeded;
  const cause = causeOf(exit);
  return new AppError('sandbox.crashed', { detail: `The connector’s process ended: ${cause}.`, data: { cause } });
}

/** The last output of a sandbox. */
export interface LastOutput {
  /** Lines it logged: an uncaught exception is among them. */
  readonly logged: readonly string[];
  /** The end of its standard error, each byte as a character. */
  readonly written: string;
}

/** One line of the author's log: the error, its cause, and the last output of the process. */
export function crashLine(error: AppError, { logged, written }: LastOutput): string {
  const stack = Array.isArray(error.data?.stack) ? error.data.stack.map(String) : null;
  const text = Buffer.from(written, 'latin1').toString('utf8');
  const lines = (stack ?? [...logged, text].flatMap((one) => one.split('\n')))
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const shown = stack ? lines.slice(0, LAST_LINES) : lines.slice(-LAST_LINES);
  const ending = shown.length === 0 ? '' : ` Last lines: ${shown.join(' | ').slice(-LAST_CHARACTERS)}`;
  return `${error.code}: ${asSentence(error.detail)}${ending}`;
}

/** A shell reports a signal as an exit code above 128, and so does bubblewrap. */
function causeOf({ exitCode, signal }: SandboxExit): string {
  if (signal !== null) return `killed by ${signal}`;
  if (exitCode === null) return 'the reason is not known';
  const name = Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number)?.[0];
  return name === undefined ? `exit code ${exitCode}` : `killed by ${name}`;
}
