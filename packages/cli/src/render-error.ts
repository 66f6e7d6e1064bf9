import { ApiProblem } from '@patchbay/api-client';
import { AppError, asAppError, ConfigError } from '@patchbay/foundation';
import { CommanderError } from 'commander';
import { EXIT } from './exit-code.ts';
import { printable } from './output.ts';

/** An error in the three parts people need, and as one JSON object. */
export interface RenderedError {
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly whatToDo: string;
  readonly requestId?: string;
  readonly exitCode: number;
}

/** Every error as what happened, why, and what to do. */
export function renderError(error: unknown): RenderedError {
  if (error instanceof ApiProblem) {
    const fields = error.errors.map((one) => `${one.path}: ${one.message}`).join('; ');
    return {
      code: error.code,
      what: error.title,
      why: fields || error.detail,
      whatToDo: error.hint,
      ...(error.requestId && { requestId: error.requestId }),
      exitCode: EXIT.failure,
    };
  }
  if (error instanceof ConfigError) {
    return {
      code: 'cli.environment',
      what: 'The environment is not usable.',
      why: error.problems.join('; '),
      whatToDo: 'Correct or unset these variables.',
      exitCode: EXIT.usage,
    };
  }
  if (error instanceof CommanderError) {
    return {
      code: 'cli.usage',
      what: 'Invalid command line.',
      why: error.message.replace(/^error: /, ''),
      whatToDo: 'Run it with --help to see its arguments and options.',
      exitCode: EXIT.usage,
    };
  }
  const known = error instanceof AppError ? error : asNetworkError(error);
  return {
    code: known.code,
    what: known.spec.title,
    why: known.code === 'internal.unexpected' ? (known.internal ?? known.detail) : known.detail,
    whatToDo: known.hint,
    exitCode: known.code === 'cli.usage' ? EXIT.usage : EXIT.failure,
  };
}

/** `fetch` hides why it failed in its cause. */
function asNetworkError(error: unknown): AppError {
  if (error instanceof TypeError && error.message === 'fetch failed') {
    const cause = error.cause;
    const why =
      cause instanceof Error ? cause.message || ('code' in cause ? String(cause.code) : undefined) : undefined;
    return new AppError('cli.unreachable', { detail: why ?? 'The connection failed.', cause: error });
  }
  return asAppError(error);
}

/** The three lines. Detail of several lines (a compiler's output) stays as it is. */
export function errorLines(error: RenderedError): string {
  const lines = [`Error: ${indented(error.what)}`];
  if (error.why !== '' && error.why !== error.what) lines.push(`  Why: ${indented(error.why)}`);
  lines.push(`  Do:  ${indented(error.whatToDo)}`);
  if (error.requestId !== undefined) lines.push(`  Request id: ${indented(error.requestId)}`);
  return lines.join('\n');
}

/** Text from an untrusted installation: no terminal control characters, and no line that looks like one of the CLI. */
function indented(text: string): string {
  return printable(text).replaceAll('\n', '\n       ');
}
