/**
 * Stands in for cgroups where the supervisor may make none: reads what each sandbox's process tree uses and ends the tree
 * that passes a bound. Slower than the kernel (a tenth of a second), which is why it is called reduced.
 */
import type { SandboxProfile } from '../limits.ts';
import { CpuWindow } from './cpu-window.ts';
import type { ExceededLimit } from './driver.ts';
import { readTreeUsage } from './process-tree.ts';

const TICK_MS = 100;

interface Watched {
  readonly profile: SandboxProfile;
  readonly window: CpuWindow;
  onExceeded(limit: ExceededLimit): void;
}

export class UsageWatch {
  readonly #watched = new Map<number, Watched>();
  #timer: NodeJS.Timeout | null = null;

  /** Watches until `remove`; `onExceeded` comes at most once. */
  add(pid: number, profile: SandboxProfile, onExceeded: (limit: ExceededLimit) => void): void {
    this.#watched.set(pid, { profile, onExceeded, window: new CpuWindow() });
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
      const usage = readTreeUsage(pid);
      if (!usage) continue;
      const { profile, window } = watched;
      const cpuMs = window.used(now, usage.cpuMs);
      const limit =
        usage.memoryBytes > profile.memoryBytes
          ? 'memory'
          : cpuMs > profile.cpuMsPerMinute
            ? 'cpu'
            : usage.processes > profile.processes
              ? 'processes'
              : null;
      if (!limit) continue;
      this.remove(pid);
      watched.onExceeded(limit);
    }
  }
}
