/** The flags with which every driver starts Node. */
import type { SandboxProfile } from '../bounds/limits.ts';

/** Options that shape the objects a snapshot holds: the same when it is taken and when it is resumed. */
const SNAPSHOT_FLAGS = ['--disable-proto=delete'] as const;

/**
 * Refuses eval and its like. Defence in depth, not an isolation layer: code that never evaluates text cannot be tricked
 * into it.
 */
const NO_CODE_FROM_TEXT = '--disallow-code-generation-from-strings';

/**
 * The flags with which a snapshot is taken. Without dynamic code evaluation, so that libraries in it detect that: zod
 * then interprets its parsers. It can be resumed either way.
 */
export const SNAPSHOT_BUILD_FLAGS = [...SNAPSHOT_FLAGS, NO_CODE_FROM_TEXT] as const;

export interface NodeFlagsInputs {
  readonly profile: SandboxProfile;
  readonly codeGeneration: boolean;
}

/** V8's own bounds; they fail earlier and clearer than the kernel's. */
export function nodeFlags({ profile, codeGeneration }: NodeFlagsInputs): string[] {
  return [
    ...(codeGeneration ? [] : [NO_CODE_FROM_TEXT]),
    `--max-old-space-size=${profile.heapMebibytes}`,
    `--max-semi-space-size=${profile.semiSpaceMebibytes}`,
    '--no-warnings',
    ...SNAPSHOT_FLAGS,
  ];
}
