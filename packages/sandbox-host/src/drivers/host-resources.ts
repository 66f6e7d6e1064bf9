/**
 * The resources that sandboxes take from the host and give back: a uid, a directory for the sockets, a cgroup. A uid is
 * given back only when nothing of its former owner is left.
 */
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@patchbay/foundation';
import { HOST_LIMITS, type SandboxProfile } from '../bounds/limits.ts';
import type { KernelLimits, LimitGroup } from './cgroups/limit-group.ts';
import { killProcessesOf } from './processes-of-uids.ts';

/** Uids far above those of people and of subordinate ranges; each installation has its own block. */
const UID_BASE = 700_000_000;
const UIDS_PER_INSTALLATION = HOST_LIMITS.live * 4;

export interface HostResourcesOptions {
  readonly directory: string;
  readonly bootId: string;
  readonly uidCount?: number;
  readonly kernelLimits: KernelLimits | { readonly reason: string };
  /**
   * User whose process listens for the sandboxes' requests; undefined where that is this process. It then owns the
   * directory of each socket, whose group is the sandbox's: both come in, and what is made there has that group.
   */
  readonly egressUid?: number | undefined;
}

/** The resources of one sandbox. */
export interface TakenResources {
  /** null without privilege: all sandboxes then share the uid of the supervisor. */
  readonly uid: number | null;
  readonly socketDirectory: string;
  /** Resolves when the directory is made. */
  readonly directory: Promise<void>;
  /** Resolves with null where the kernel offers no groups. */
  readonly group: Promise<LimitGroup | null>;
}

export class HostResources {
  readonly #options: HostResourcesOptions;
  /** Names everything on the host that is ours, so that installations beside each other never clean up one another. */
  readonly #installation: string;
  readonly #uids: UidRange | null;

  constructor(options: HostResourcesOptions) {
    this.#options = options;
    const hash = createHash('sha256').update(options.directory).digest();
    this.#installation = hash.toString('hex', 0, 4);
    const block = hash.readUInt16BE(4) * UIDS_PER_INSTALLATION;
    this.#uids =
      process.getuid?.() === 0 ? new UidRange(UID_BASE + block, options.uidCount ?? UIDS_PER_INSTALLATION) : null;
  }

  /** Why limits are weaker on this host than they could be. */
  get reducedBy(): readonly string[] {
    const { kernelLimits } = this.#options;
    return [
      ...(this.#uids ? [] : ['not root: sandboxes share the uid of the supervisor']),
      ...('reason' in kernelLimits ? [kernelLimits.reason] : []),
    ];
  }

  /** Makes directory and group beside the start of bubblewrap, since the kernel takes its time for both. */
  take(sandboxId: string, profile: SandboxProfile): TakenResources {
    const uid = this.#uids?.acquire() ?? null;
    if (this.#uids && uid === null) throw new AppError('sandbox.no_capacity', { internal: 'no uid is free' });
    const name = `${this.#options.bootId}-${sandboxId.slice(4, 16)}`;
    const socketDirectory = join(this.#options.directory, 's', name);
    const [group, directory] = [
      this.#makeGroup(name, profile),
      makeSocketDirectory(socketDirectory, uid, this.#options.egressUid),
    ];
    for (const making of [group, directory]) making.catch(() => {}); // reported to the caller that waits for it
    return { uid, socketDirectory, directory, group };
  }

  async giveBack({ uid, socketDirectory, ...making }: TakenResources): Promise<void> {
    const [group] = await Promise.all([making.group.catch(() => null), making.directory.catch(() => {})]);
    await removeSocketDirectory(socketDirectory);
    const empty = (await group?.remove()) ?? true;
    if (!group && uid !== null) await killProcessesOf({ first: uid, count: 1 });
    // A uid whose group still holds a process stays taken: it must never be shared with its former owner.
    if (empty && uid !== null) this.#uids?.release(uid);
  }

  /** Removes what earlier boots left. @param hasSandboxes of this boot; a uid may then belong to one of them */
  async removeLeftovers({ hasSandboxes }: { readonly hasSandboxes: boolean }): Promise<void> {
    const { kernelLimits, bootId, directory } = this.#options;
    if ('create' in kernelLimits) await kernelLimits.removeForeign(this.#installation, bootId);
    // None of ours runs yet, so every process with one of our uids is a former owner's.
    if (this.#uids && !hasSandboxes) await killProcessesOf(this.#uids);
    const sockets = join(directory, 's');
    await mkdir(sockets, { recursive: true, mode: 0o711 });
    for (const name of await readdir(sockets)) {
      if (!name.startsWith(bootId)) await removeSocketDirectory(join(sockets, name));
    }
  }

  async #makeGroup(name: string, profile: SandboxProfile): Promise<LimitGroup | null> {
    const { kernelLimits } = this.#options;
    if (!('create' in kernelLimits)) return null;
    void kernelLimits.expectMove();
    return kernelLimits.create(`${this.#installation}-${name}`, profile);
  }
}

async function makeSocketDirectory(directory: string, uid: number | null, egressUid?: number): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (uid === null) return;
  await chown(directory, egressUid ?? uid, uid);
  if (egressUid !== undefined) await chmod(directory, 0o2710);
}

/** Without following anything: where its owner is not this process, what is in it is not ours to trust. */
async function removeSocketDirectory(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) await rm(join(directory, name), { force: true });
  await rm(directory, { recursive: true, force: true });
}

/**
 * Host uids for sandboxes, one owner at a time. Taken in turn, oldest free first, so that a number stays unused as long
 * as possible before its next owner; given back only when no process and no file of it is left.
 */
class UidRange {
  readonly first: number;
  readonly count: number;
  readonly #free: number[];

  constructor(first: number, count: number) {
    this.first = first;
    this.count = count;
    this.#free = Array.from({ length: count }, (_, index) => first + index);
  }

  /** null when every uid is owned: the caller refuses, it never shares. */
  acquire(): number | null {
    return this.#free.shift() ?? null;
  }

  release(uid: number): void {
    if (!this.#free.includes(uid)) this.#free.push(uid);
  }
}
