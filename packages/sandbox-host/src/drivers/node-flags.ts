/** What every driver starts Node with. */
import type { SandboxProfile } from '../bounds/limits.ts';

/** Options that shape the objects a snapshot holds: the same when it is taken and when it is resumed. */
const SNAPSHOT_FLAGS = ['--disable-proto=delete'] as const;

/** Refuses eval and its like. A seat belt, not a wall: what never runs text as code cannot be talked into it. */
const NO_CODE_FROM_TEXT = '--disallow-code-generation-from-strings';

/**
 * With which a snapshot is taken. Without code from text, so that what it holds found out that there is none: zod makes
 * its parsers by hand then. It can be resumed either way.
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
