import { AppError, type ErrorCode } from '@patchbay/foundation';

const START_ERRORS: Partial<Record<ErrorCode, ErrorCode>> = {
  'sandbox.crashed_at_start': 'deploy.start_failed',
  'sandbox.no_server': 'deploy.start_failed',
  'sandbox.start_timeout': 'deploy.start_timeout',
  'sandbox.deadline_exceeded': 'deploy.start_timeout',
  'sandbox.exited_at_start': 'deploy.start_exited',
  'sandbox.crashed': 'deploy.start_exited',
  'sandbox.out_of_memory': 'deploy.start_exited',
  'sandbox.cpu_exceeded': 'deploy.start_exited',
  'sandbox.processes_exceeded': 'deploy.start_exited',
  'sandbox.files_exceeded': 'deploy.start_exited',
  'sandbox.violation': 'deploy.start_exited',
  'sandbox.invalid_result': 'deploy.manifest_invalid',
  'sandbox.result_too_large': 'deploy.manifest_invalid',
};

/** V8's words. */
const CODE_FROM_TEXT = /Code generation from strings disallowed/;

/** The supervisor's error of a start, in the deploy's words and with the location in the author's source. */
export function asStartError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const code = START_ERRORS[error.code];
  if (code === undefined) return error;
  if (code === 'deploy.start_failed' && /\balready registered\b|\bduplicate tool\b/i.test(error.detail)) {
    return new AppError('deploy.duplicate_tool', { detail: error.detail, cause: error });
  }
  if (code === 'deploy.start_failed' && CODE_FROM_TEXT.test(error.detail)) {
    return new AppError('deploy.code_generation_needed', { detail: error.detail, cause: error });
  }
  const place = placeOf(error.data?.stack);
  const detail = place === null ? error.detail : `${place.file}:${place.line}: ${error.detail}`;
  return new AppError(code, { detail, cause: error, ...(place !== null && { data: place }) });
}

/** The first frame in the author's own files. */
function placeOf(stack: unknown): { file: string; line: number } | null {
  if (!Array.isArray(stack)) return null;
  for (const frame of stack) {
    const found = /\(?([^\s()]+):(\d+):\d+\)?$/.exec(String(frame));
    if (!found?.[1] || found[1].includes('node_modules/') || found[1].startsWith('node:')) continue;
    return { file: found[1].replace(/^file:\/\//, '').replace(/^\//, ''), line: Number(found[2]) };
  }
  return null;
}
