import type { EscapeAttempt } from '../escape-attempt.ts';
import { FILE_ATTEMPTS } from './files.ts';
import { KERNEL_ATTEMPTS } from './kernel.ts';
import { NETWORK_ATTEMPTS } from './network.ts';
import { PROCESS_ATTEMPTS } from './processes.ts';

/** Everything that is tried inside one sandbox and leaves it alive. */
export const ESCAPE_ATTEMPTS: readonly EscapeAttempt[] = [
  ...FILE_ATTEMPTS,
  ...PROCESS_ATTEMPTS,
  ...NETWORK_ATTEMPTS,
  ...KERNEL_ATTEMPTS,
];
