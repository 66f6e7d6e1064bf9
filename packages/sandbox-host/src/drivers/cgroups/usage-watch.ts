/**
 * Looks at what sandboxes use and ends those that pass a bound the kernel does not hold for us. That is the number of files
 * in the scratch everywhere; and memory, CPU time and processes of the tree where the supervisor may make no cgroup. Slower
 * than the kernel (a tenth of a second), which is why limits are called reduced there.
 */
import { statfsSync, statSync } from 'node:fs';
import type { SandboxProfile } from '../../bounds/limits.ts';
import type { ExceededLimit } from '../driver.ts';
import { readTreeUsage } from '../process-tree.ts';
import { CpuWindow } from './cpu-window.ts';

const TICK_MS = 100;

interface Watched {
  readonly profile: SandboxProfile;
  /** Null where the kernel counts what the tree uses. */
  readonly window: CpuWindow | null;
  onExceeded(limit: ExceededLimit): void;
}

export class UsageWatch {
  readonly #watched = new Map<number, Watched>();
  #timer: NodeJS.Timeout | null = null;

  /** Watches until `remove`; `onExceeded` comes at most once. */
  add(
    pid: number,
    given: { readonly profile: SandboxProfile; readonly hasGroup: boolean },
    onExceeded: (limit: ExceededLimit) => void,
  ): void {
    const { profile, hasGroup } = given;
    this.#watched.set(pid, { profile, onExceeded, window: hasGroup ? null : new CpuWindow() });
    this.#timer ??= setInterval(() => this.#look(), TICK_MS).unref();
  }

  remove(pid: number): void {
    this.#watched.delete(pid);
    if (this.#watched.size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const now = performance.now();
    for (const [pid, watched] of this.#watched) {
      const limit = exceeded(pid, watched, now);
      if (!limit) continue;
      this.remove(pid);
      watched.onExceeded(limit);
    }
  }
}

function exceeded(pid: number, { profile, window }: Watched, now: number): ExceededLimit | null {
  if (filesIn(pid, profile.scratch.path) > profile.scratch.files) return 'files';
  const usage = window && readTreeUsage(pid);
  if (!usage) return null;
  if (usage.memoryBytes > profile.memoryBytes) return 'memory';
  if (window.used(now, usage.cpuMs) > profile.cpuMsPerMinute) return 'cpu';
  return usage.processes > profile.processes ? 'processes' : null;
}

/** Files of a process's own file system, counted by the kernel, whatever they are named. Until it has one: none. */
function filesIn(pid: number, path: string): number {
  const root = `/proc/${pid}/root`;
  try {
    const [its, ours] = [statSync(`${root}/`), statSync('/')];
    if (its.dev === ours.dev && its.ino === ours.ino) return 0;
    const { files, ffree } = statfsSync(`${root}${path}`);
    return files - ffree;
  } catch {
    return 0; // it ended
  }
}
