/** Limits of one call that its author and caller notice, the same hosted and in `patchbay dev`. */
import { CALL_LIMITS } from '@patchbay/foundation/limits';

/**
 * How long a call may take, waiting included, in milliseconds. The standard lets an explained error arrive before a hosted
 * client gives up; a tool can ask for another deadline up to `most`, where Claude itself gives up.
 */
export const CALL_DEADLINE_MS = {
  standard: CALL_LIMITS.deadline.value,
  least: CALL_LIMITS.deadlineLeast.value,
  most: CALL_LIMITS.deadlineMost.value,
} as const;

/** Largest result of a call in bytes, as JSON. */
export const RESULT_BYTES_MAX = CALL_LIMITS.resultBytes.value;

/** The member of a tool's `_meta` that asks for another deadline, in milliseconds. */
export const TIMEOUT_META_KEY = 'patchbay/timeoutMs';
