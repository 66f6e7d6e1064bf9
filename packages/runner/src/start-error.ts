/** Why a connector did not start, in the words its author needs. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: 'crashed_at_start' | 'no_server' | 'exited_at_start' | 'artifact_invalid';

  constructor(code: StartError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const STACK_LINES_MAX = 12;

/** The first lines of a stack, without the runner's and Node's own frames: they mean nothing to an author. */
export function authorStack(error: unknown): string[] {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return [];
  return error.stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .filter((line) => !/\(node:|at node:|\/runner\//.test(line))
    .slice(0, STACK_LINES_MAX)
    .map((line) => line.trim().slice(0, 300));
}

/** One sentence for whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`.slice(0, 2000);
  return `A value that is not an Error was thrown: ${String(error)}`.slice(0, 2000);
}
