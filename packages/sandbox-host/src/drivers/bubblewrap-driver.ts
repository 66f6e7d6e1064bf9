/**
 * The driver that makes a real boundary: bubblewrap's namespaces and minimal root, our seccomp filter, an own uid and a
 * cgroup per sandbox where the supervisor may set them. Guards every tenant against every other and the host against all;
 * assumes that the kernel holds (docs/threat-model.md).
 */
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { AppError } from '@patchbay/foundation';
import type { IsolationLayer } from '@patchbay/probe';
import { HOST_LIMITS, type ProfileName, profilesWith, type SandboxProfile } from '../bounds/limits.ts';
import { bubblewrapArguments, lastArguments, rlimitArguments } from './bubblewrap-arguments.ts';
import { findKernelLimits } from './cgroups/kernel-limits.ts';
import { type KernelLimits, kill, type LimitGroup } from './cgroups/limit-group.ts';
import { UsageWatch } from './cgroups/usage-watch.ts';
import type {
  ExceededLimit,
  Mount,
  ProbeReport,
  SandboxDriver,
  SandboxExit,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
} from './driver.ts';
import { placeFile } from './files/place-file.ts';
import { placeLibraries } from './files/place-libraries.ts';
import { sharedLibrariesOf } from './files/shared-libraries.ts';
import { inheritedDescriptors } from './inherited-descriptors.ts';
import {
  FIRST_DESCRIPTOR_FREE,
  type Launched,
  launchBubblewrap,
  letRun,
  letStart,
  limitProcesses,
  whileItRuns,
} from './launch-bubblewrap.ts';
import { probeIsolation } from './probe/probe-isolation.ts';
import { isRunning, readTreeUsage } from './process-tree.ts';
import { killProcessesOf } from './processes-of-uids.ts';
import { type Architecture, assembleSeccompFilter } from './seccomp/seccomp.ts';
import { UidRange } from './uid-range.ts';

export interface BubblewrapDriverOptions {
  /** Readable by other uids; holds the root's files, the sockets and the programs. */
  readonly directory: string;
  readonly bubblewrapFile: string;
  readonly nodeFile: string;
  readonly bootId: string;
  /** Program of the self-test, bundled. */
  readonly probeProgramFile: string;
  /** How many host uids this installation owns; default four for each sandbox that may live. */
  readonly uidCount?: number;
  /** Share of a core for a connector that serves; default from the limits. */
  readonly runtimeCpuCores?: number | undefined;
  /** Isolation layers left out, for the tests that show the effect of each. The supervisor has no option for this. */
  readonly without?: ReadonlySet<IsolationLayer>;
}

/** The profile's share of the CPU holds this long after the assignment; half a core would double every cold start. */
const START_CPU_MS = 2_000;
/** @see nice(2) */
const BACKGROUND_PRIORITY = 10;
/** Uids far above those of people and of subordinate ranges; each installation has its own block. */
const UID_BASE = 700_000_000;
const UIDS_PER_INSTALLATION = HOST_LIMITS.live * 4;

const LIMIT_WALLS: ReadonlySet<IsolationLayer> = new Set(['cgroups', 'usage watch', 'rlimits']);

interface Owned {
  readonly child: ChildProcess;
  readonly innerPid: number;
  readonly uid: number | null;
  readonly socketDirectory: string;
  readonly group: LimitGroup | null;
  readonly profile: SandboxProfile;
  /** Runs at a low priority until it is assigned. */
  readonly isBackground: boolean;
  /** Set when the watch ended it. */
  exceeded: ExceededLimit | null;
}

/** Prepares the root's files and finds out what this host allows. @throws Error when bubblewrap or node are not usable */
export async function createBubblewrapDriver(options: BubblewrapDriverOptions): Promise<BubblewrapDriver> {
  const root = join(options.directory, 'root');
  await mkdir(root, { recursive: true, mode: 0o755 });
  const architecture: Architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const seccompFile = join(root, 'seccomp.bpf');
  await writeFile(seccompFile, assembleSeccompFilter(architecture), { mode: 0o644 });
  const nodeFile = await placeFile(options.nodeFile, root, 0o755);
  return new BubblewrapDriver(options, {
    bubblewrapFile: await placeFile(options.bubblewrapFile, root, 0o755),
    nodeFile,
    seccompFile,
    libraries: await placeLibraries(sharedLibrariesOf(nodeFile), root),
    kernelLimits: options.without?.has('cgroups') ? { reason: 'cgroups are switched off' } : await findKernelLimits(),
  });
}

interface HostParts {
  readonly bubblewrapFile: string;
  readonly nodeFile: string;
  readonly seccompFile: string;
  readonly libraries: readonly Mount[];
  readonly kernelLimits: KernelLimits | { readonly reason: string };
}

export class BubblewrapDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly #options: BubblewrapDriverOptions;
  readonly #host: HostParts;
  /** Names everything on the host that is ours, so that installations beside each other never clean up one another. */
  readonly #installation: string;
  readonly #uids: UidRange | null;
  readonly #owned = new Map<SandboxProcess, Owned>();
  readonly #watch = new UsageWatch();
  readonly #without: ReadonlySet<IsolationLayer>;
  readonly #profiles: Readonly<Record<ProfileName, SandboxProfile>>;

  constructor(options: BubblewrapDriverOptions, host: HostParts) {
    this.#options = options;
    this.#host = host;
    this.#without = options.without ?? new Set();
    this.#profiles = profilesWith(options);
    const hash = createHash('sha256').update(options.directory).digest();
    this.#installation = hash.toString('hex', 0, 4);
    const block = hash.readUInt16BE(4) * UIDS_PER_INSTALLATION;
    this.#uids =
      process.getuid?.() === 0 ? new UidRange(UID_BASE + block, options.uidCount ?? UIDS_PER_INSTALLATION) : null;
  }

  async start(spec: SandboxSpec): Promise<SandboxProcess> {
    const uid = this.#uids?.acquire() ?? null;
    if (this.#uids && uid === null) throw new AppError('sandbox.no_capacity', { internal: 'no uid is free' });
    const name = `${this.#options.bootId}-${spec.sandboxId.slice(4, 16)}`;
    const socketDirectory = join(this.#options.directory, 's', name);
    const profile = this.#profiles[spec.profile];
    // Beside the start of bubblewrap: the kernel takes its time for both.
    const making = this.#makeGroup(name, profile);
    making.catch(() => {}); // reported to the waiting caller
    const release = async () => this.#release({ uid, socketDirectory, group: await making.catch(() => null) });
    const launched = await this.#launch(spec, uid, socketDirectory).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    const { child, exit } = launched;
    // Only where it can be reverted: without privilege a lower priority is permanent.
    const isBackground = spec.isBackground === true && uid !== null;
    if (isBackground && child.pid !== undefined) setPriority(child.pid, BACKGROUND_PRIORITY);
    const admit = async () => {
      const [group] = await Promise.all([making, makeSocketDirectory(socketDirectory, uid)]);
      if (child.pid === undefined) throw new AppError('sandbox.start_failed', { internal: 'bubblewrap did not start' });
      if (group) await whileItRuns(launched, group.add(child.pid));
      const innerPid = await letStart(launched, lastArguments(this.#host.nodeFile));
      if (uid === null && !this.#without.has('rlimits'))
        await whileItRuns(launched, limitProcesses(innerPid, profile.processes));
      letRun(launched);
      return { innerPid, group };
    };
    const { innerPid, group } = await admit().catch(async (error: unknown) => {
      child.kill('SIGKILL');
      await exit;
      await release();
      throw error;
    });
    const owned: Owned = { child, innerPid, uid, socketDirectory, group, profile, isBackground, exceeded: null };
    const egressSocketPath = join(socketDirectory, 'egress.sock');
    const sandbox: SandboxProcess = {
      sandboxId: spec.sandboxId,
      pid: innerPid,
      // spawn() was asked to make pipes of these, so they exist
      link: child.stdio[3] as Duplex,
      stdout: child.stdout as Readable, // a pipe as well
      stderr: child.stderr as Readable, // a pipe as well
      profile,
      egressSocketPath,
      exited: exit.then((ended) => this.#afterExit(sandbox, ended)),
      openEgress: async () => {
        await chmod(egressSocketPath, 0o600);
        if (uid !== null) await chown(egressSocketPath, uid, uid);
      },
    };
    this.#owned.set(sandbox, owned);
    if (!this.#without.has('usage watch')) {
      this.#watch.add(innerPid, { profile, hasGroup: group !== null }, (limit) => {
        owned.exceeded = limit;
        kill(innerPid);
      });
    }
    return sandbox;
  }

  assign(sandbox: SandboxProcess, frame: Buffer): void {
    const owned = this.#owned.get(sandbox);
    if (owned?.isBackground) bringForward(owned.innerPid);
    sandbox.link.write(frame);
    const { group, profile } = owned ?? {};
    if (!group || !profile) return;
    // A sandbox whose limits cannot be enforced is ended, and no other with it.
    const limit = () => void group.limitCpu(profile.cpuCores).catch(() => this.stop(sandbox));
    setTimeout(limit, START_CPU_MS).unref();
  }

  async stop(sandbox: SandboxProcess): Promise<void> {
    const owned = this.#owned.get(sandbox);
    if (!owned) return void (await sandbox.exited);
    // bubblewrap reaps the inner process and follows it; killed first, it would leave that to an init which may not exist.
    kill(owned.innerPid);
    const impatience = setTimeout(() => owned.child.kill('SIGKILL'), MONITOR_EXIT_MS);
    await sandbox.exited;
    clearTimeout(impatience);
  }

  async stats(sandbox: SandboxProcess): Promise<SandboxStats> {
    const owned = this.#owned.get(sandbox);
    if (!owned) return { memoryBytes: null, peakMemoryBytes: null };
    if (owned.group) return owned.group.stats();
    return { memoryBytes: readTreeUsage(owned.innerPid)?.memoryBytes ?? null, peakMemoryBytes: null };
  }

  async probe(): Promise<ProbeReport> {
    const reasons = [];
    if (!this.#uids) reasons.push('not root: sandboxes share the uid of the supervisor');
    if ('reason' in this.#host.kernelLimits) reasons.push(this.#host.kernelLimits.reason);
    const switchedOff = (what: IsolationLayer) => `${what} (switched off)`;
    const isLimit = (what: IsolationLayer) => LIMIT_WALLS.has(what);
    reasons.push(...[...this.#without].filter(isLimit).map(switchedOff));
    const removed = [...this.#without].filter((what) => !isLimit(what)).map(switchedOff);
    const attempts = await probeIsolation(this, this.#options.probeProgramFile);
    const open = attempts.filter(({ verdict }) => verdict === 'got through');
    const missing = [...removed, ...open.map(({ name, got }) => `${name} (${got})`)];
    return {
      walls: { state: missing.length === 0 ? 'complete' : 'missing', missing },
      limits: { state: reasons.length === 0 ? 'full' : 'reduced', reasons },
    };
  }

  async removeLeftovers(): Promise<void> {
    const { kernelLimits } = this.#host;
    if ('create' in kernelLimits) await kernelLimits.removeForeign(this.#installation, this.#options.bootId);
    // None of ours runs yet, so every process with one of our uids is a former owner's.
    if (this.#uids && this.#owned.size === 0) await killProcessesOf(this.#uids);
    const sockets = join(this.#options.directory, 's');
    await mkdir(sockets, { recursive: true, mode: 0o711 });
    for (const name of await readdir(sockets)) {
      if (!name.startsWith(this.#options.bootId)) await rm(join(sockets, name), { recursive: true, force: true });
    }
  }

  /** @throws Error of Node when this process has no descriptors left */
  async #launch(spec: SandboxSpec, uid: number | null, socketDirectory: string): Promise<Launched> {
    const profile = this.#profiles[spec.profile];
    const inside = bubblewrapArguments({
      profile,
      nodeFile: this.#host.nodeFile,
      libraries: this.#host.libraries,
      programFile: spec.programFile,
      snapshotFile: spec.snapshotFile,
      codeGeneration: spec.codeGeneration ?? false,
      mounts: spec.mounts,
      links: spec.links ?? {},
      socketDirectory,
      without: this.#without,
    });
    const memory = 'create' in this.#host.kernelLimits;
    return launchBubblewrap({
      command: [this.#host.bubblewrapFile, ...inside],
      seccompFile: this.#host.seccompFile,
      rlimits: this.#without.has('rlimits') ? null : rlimitArguments(profile, { uid: uid !== null, memory }),
      uid,
      environment: this.#without.has('empty environment') ? { PLANTED: 'of the host' } : {},
      covered: this.#without.has('closed descriptors') ? [] : inheritedDescriptors(FIRST_DESCRIPTOR_FREE),
    });
  }

  async #makeGroup(name: string, profile: SandboxProfile): Promise<LimitGroup | null> {
    const { kernelLimits } = this.#host;
    if (!('create' in kernelLimits)) return null;
    void kernelLimits.expectMove();
    return kernelLimits.create(`${this.#installation}-${name}`, profile);
  }

  async #afterExit(sandbox: SandboxProcess, ended: SandboxExit): Promise<SandboxExit> {
    const owned = this.#owned.get(sandbox);
    if (!owned) return ended;
    this.#owned.delete(sandbox);
    this.#watch.remove(owned.innerPid);
    const stats = await owned.group?.stats();
    if (!owned.group) {
      kill(owned.innerPid); // whose bubblewrap was killed before it had tied the two together
      await untilGone(owned.innerPid);
    }
    await this.#release(owned);
    const refused = (stats?.processesRefused ?? 0) > 0 && ended.exitCode !== 0 ? 'processes' : null;
    return { ...ended, exceeded: owned.exceeded ?? (stats?.outOfMemory ? 'memory' : refused) };
  }

  async #release(owned: Pick<Owned, 'uid' | 'socketDirectory' | 'group'>): Promise<void> {
    await rm(owned.socketDirectory, { recursive: true, force: true });
    const empty = (await owned.group?.remove()) ?? true;
    if (!owned.group && owned.uid !== null) await killProcessesOf({ first: owned.uid, count: 1 });
    // A uid whose group still holds a process stays taken: it must never be shared with its former owner.
    if (empty && owned.uid !== null) this.#uids?.release(owned.uid);
  }
}

async function makeSocketDirectory(directory: string, uid: number | null): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (uid !== null) await chown(directory, uid, uid);
}

/** All of its threads: the kernel keeps a priority for each. */
function bringForward(pid: number): void {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), 0);
  } catch {
    // It ended by itself.
  }
}

const GONE_POLL_MS = 2;
const MONITOR_EXIT_MS = 200;

async function untilGone(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (!isRunning(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, GONE_POLL_MS));
  }
}
