/** What every driver starts Node with. */
import type { SandboxProfile } from '../limits.ts';

/** Options that shape the objects a snapshot holds: the same when it is taken and when it is resumed. */
export const SNAPSHOT_FLAGS = ['--disable-proto=delete'] as const;

/** V8's own bounds; they fail earlier and clearer than the kernel's. */
export function nodeFlags(profile: SandboxProfile): string[] {
  return [
    `--max-old-space-size=${profile.heapMebibytes}`,
    `--max-semi-space-size=${profile.semiSpaceMebibytes}`,
    '--no-warnings',
    ...SNAPSHOT_FLAGS,
  ];
}
