/**
 * The live sandboxes by isolation key: started on the first call, never given to another key. Eviction is planned
 * elsewhere.
 */
import { AppError, type Clock } from '@patchbay/foundation';
import { type IsolationKey, isolationKeyText, type RetireMatch } from '@patchbay/sandbox-protocol';
import { CallSlots } from '../bounds/call-slots.ts';
import { CrashBackoff, pausedError } from '../bounds/crash-backoff.ts';
import { HOST_LIMITS } from '../bounds/limits.ts';
import { type ObservedSandbox, planRoom, type RoomBounds } from '../pool/plan-pool.ts';
import type { LiveSandbox } from './live-sandbox.ts';

type SandboxState = 'starting' | 'live' | 'draining' | 'stopped';

/** Every legal move. A move that is not listed does not exist; `stopped` is the end, nothing is ever reused. */
const SANDBOX_MOVES: Readonly<Record<SandboxState, readonly SandboxState[]>> = {
  starting: ['live', 'draining', 'stopped'],
  live: ['draining', 'stopped'],
  draining: ['stopped'],
  stopped: [],
};

function canMove(from: SandboxState, to: SandboxState): boolean {
  return SANDBOX_MOVES[from].includes(to);
}

/** The longest pause that a call waits for; with a longer one it fails at once. */
const BACKOFF_WAITED_MS = 1_000;

/** One key's place in the table. */
export class SandboxEntry {
  readonly key: IsolationKey;
  readonly slots = new CallSlots(HOST_LIMITS.inFlightPerSandbox, HOST_LIMITS.queuedPerSandbox);
  state: SandboxState = 'starting';
  /** Absent until the first call that gets a place starts it. */
  sandbox: Promise<LiveSandbox> | null = null;
  lastUsedAt = 0;

  constructor(key: IsolationKey) {
    this.key = key;
  }

  get isIdle(): boolean {
    return this.slots.inside === 0 && this.slots.waiting === 0;
  }

  /** @throws Error on a move that is not in the table of moves: a mistake of ours */
  move(to: SandboxState): void {
    if (!canMove(this.state, to)) throw new Error(`A sandbox cannot go from ${this.state} to ${to}.`);
    this.state = to;
  }
}

export interface Heartbeat {
  readonly everyMs: number;
  readonly missingMs: number;
}

export class SandboxTable {
  readonly #clock: Clock;
  readonly #bounds: RoomBounds;
  readonly #byKey = new Map<string, SandboxEntry>();
  /** Retired, finishing their calls. */
  readonly #draining = new Set<SandboxEntry>();
  readonly #backoff = new CrashBackoff();
  readonly #heartbeat: Heartbeat;
  #checkDueAtMs = 0;
  #isClosed = false;
  coldStarts = 0;
  crashes = 0;

  constructor(clock: Clock, bounds: RoomBounds, heartbeat: Heartbeat = HOST_LIMITS.heartbeat) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#heartbeat = heartbeat;
  }

  /** The key's entry, made when there is none. @throws AppError `sandbox.no_capacity`, `sandbox.unavailable` after `close` */
  entryFor(key: IsolationKey): SandboxEntry {
    if (this.#isClosed) throw new AppError('sandbox.unavailable', { retryAfterSeconds: 1 });
    const text = isolationKeyText(key);
    const known = this.#byKey.get(text);
    if (known) return known;
    for (const id of planRoom(this.observe(), key.organizationId, this.#bounds)) this.stop(id);
    const entry = new SandboxEntry(key);
    this.#byKey.set(text, entry);
    return entry;
  }

  /** The entry's sandbox; `start` runs once per entry, after the pause that earlier crashes earned. */
  async sandboxOf(
    entry: SandboxEntry,
    start: () => Promise<LiveSandbox>,
  ): Promise<{ sandbox: LiveSandbox; cold: boolean }> {
    if (entry.sandbox) return { sandbox: await entry.sandbox, cold: false };
    entry.sandbox = this.#startAfterPause(entry, start);
    entry.sandbox.catch(() => this.#forget(entry));
    return { sandbox: await entry.sandbox, cold: true };
  }

  /** To be called when a call has left: its rest begins, or a retired sandbox with nothing left to do stops. */
  rest(entry: SandboxEntry): void {
    entry.lastUsedAt = this.#clock.monotonicMs();
    if (!entry.isIdle) return;
    if (entry.state === 'draining') void this.#stop(entry);
  }

  /** Every sandbox that calls can reach, as plans see it. */
  observe(): ObservedSandbox[] {
    return [...this.#byKey].map(([id, entry]) => ({
      id,
      organizationId: entry.key.organizationId,
      isPersonal: entry.key.subject !== '',
      idleSinceMs: entry.isIdle ? entry.lastUsedAt : null,
    }));
  }

  /** Stops one that rests; one that was called in the meantime stays. */
  stop(id: string): void {
    const entry = this.#byKey.get(id);
    if (entry?.isIdle) void this.#stop(entry);
  }

  /** Checks the liveness of idle sandboxes, when that is due. */
  checkLiveness(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#checkDueAtMs) return;
    this.#checkDueAtMs = nowMs + this.#heartbeat.everyMs;
    for (const { state, sandbox, isIdle } of this.#byKey.values()) {
      if (state === 'live' && isIdle)
        void sandbox?.then((live) => live.checkLiveness(this.#heartbeat.missingMs)).catch(() => {});
    }
  }

  /** No new call reaches a matching sandbox from here on; those inside finish. */
  retire(match: RetireMatch): void {
    for (const [text, entry] of this.#byKey) {
      if (!matches(entry.key, match)) continue;
      this.#byKey.delete(text);
      this.#drain(entry);
    }
  }

  /** Lets every call finish, at most this long, then stops everything. */
  async close(drainMs: number): Promise<void> {
    this.#isClosed = true;
    const entries = [...this.#byKey.values(), ...this.#draining];
    this.#byKey.clear();
    for (const entry of entries) this.#drain(entry);
    const deadline = this.#clock.monotonicMs() + drainMs;
    while (this.#draining.size > 0 && this.#clock.monotonicMs() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.all(entries.map((entry) => this.#stop(entry)));
  }

  counts(): { starting: number; live: number; busy: number; draining: number; queued: number } {
    const entries = [...this.#byKey.values()];
    return {
      starting: entries.filter((entry) => entry.state === 'starting').length,
      live: entries.filter((entry) => entry.state === 'live').length,
      busy: entries.filter((entry) => entry.slots.inside > 0).length,
      draining: this.#draining.size,
      queued: entries.reduce((sum, entry) => sum + entry.slots.waiting, 0),
    };
  }

  async #startAfterPause(entry: SandboxEntry, start: () => Promise<LiveSandbox>): Promise<LiveSandbox> {
    const text = isolationKeyText(entry.key);
    const pause = this.#backoff.pauseOf(text, this.#clock.monotonicMs());
    if (pause && pause.waitMs > BACKOFF_WAITED_MS) throw pausedError(pause);
    if (pause) await new Promise((resolve) => setTimeout(resolve, pause.waitMs));
    this.coldStarts += 1;
    try {
      const sandbox = await start();
      void sandbox.terminating.then((error) => this.#onTerminating(entry, error));
      if (entry.state === 'starting') entry.move('live');
      return sandbox;
    } catch (failure) {
      if (failure instanceof AppError && failure.spec.owner === 'connector') this.#recordCrash(text, failure);
      throw failure;
    }
  }

  /** A sandbox that ended without being stopped crashed. */
  #onTerminating(entry: SandboxEntry, error: AppError): void {
    if (entry.state === 'stopped') return;
    this.#recordCrash(isolationKeyText(entry.key), error);
    this.#forget(entry);
  }

  #recordCrash(text: string, error: AppError): void {
    this.crashes += 1;
    this.#backoff.record(text, error, this.#clock.monotonicMs());
  }

  #forget(entry: SandboxEntry): void {
    entry.state = 'stopped';
    this.#draining.delete(entry);
    const text = isolationKeyText(entry.key);
    if (this.#byKey.get(text) === entry) this.#byKey.delete(text);
  }

  #drain(entry: SandboxEntry): void {
    if (entry.state === 'stopped') return;
    if (entry.state !== 'draining') entry.move('draining');
    this.#draining.add(entry);
    if (entry.isIdle) void this.#stop(entry);
  }

  async #stop(entry: SandboxEntry): Promise<void> {
    const starting = entry.sandbox;
    this.#forget(entry);
    const sandbox = await starting?.catch(() => null);
    await sandbox?.stop();
  }
}

function matches(key: IsolationKey, match: RetireMatch): boolean {
  return (
    key.organizationId === match.organizationId &&
    key.connectorId === match.connectorId &&
    (match.versionId === undefined || key.versionId === match.versionId) &&
    (match.settingsRevisionBelow === undefined || key.settingsRevision < match.settingsRevisionBelow)
  );
}
