/**
 * The driver that makes a real boundary: bubblewrap's namespaces and minimal root, our seccomp filter, an own uid and a
 * cgroup per sandbox where the supervisor may set them. Guards every tenant against every other and the host against all;
 * assumes that the kernel holds (docs/threat-model.md).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { AppError } from '@patchbay/foundation';
import type { Wall } from '../../probe/wall.ts';
import { PROFILES, SANDBOX_LIMITS, type SandboxProfile } from '../limits.ts';
import { bubblewrapArguments, DESCRIPTORS, rlimitArguments } from './bubblewrap-arguments.ts';
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
import { inheritedDescriptors } from './inherited-descriptors.ts';
import { findKernelLimits } from './kernel-limits.ts';
import type { KernelLimits, LimitGroup } from './limit-group.ts';
import { placeFile } from './place-file.ts';
import { probeWalls } from './probe-walls.ts';
import { readTreeUsage } from './process-tree.ts';
import { killProcessesOf } from './processes-of-uids.ts';
import { type Architecture, assembleSeccompFilter } from './seccomp.ts';
import { sharedLibrariesOf } from './shared-libraries.ts';
import { UidRange } from './uid-range.ts';
import { UsageWatch } from './usage-watch.ts';

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
  /** Walls left out, for the tests that show what each is good for. The supervisor has no way to say this. */
  readonly without?: ReadonlySet<Wall>;
}

const PRLIMIT = '/usr/bin/prlimit';
const FIRST_CHILD_DESCRIPTOR_FREE = 7;
/** The profile's share of the CPU holds this long after the specialisation; half a core would double every cold start. */
const START_CPU_MS = 2_000;
/** @see nice(2) */
const BACKGROUND_PRIORITY = 10;
/** Uids far above those of people and of subordinate ranges; each installation has its own block. */
const UID_BASE = 700_000_000;
const UIDS_PER_INSTALLATION = SANDBOX_LIMITS.live * 4;

const LIMIT_WALLS: ReadonlySet<Wall> = new Set(['cgroups', 'usage watch', 'rlimits']);

interface Owned {
  readonly child: ChildProcess;
  readonly innerPid: number;
  readonly uid: number | null;
  readonly socketDirectory: string;
  readonly group: LimitGroup | null;
  readonly profile: SandboxProfile;
  /** Runs at a low priority until it is specialised. */
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
    libraries: sharedLibrariesOf(nodeFile),
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
  readonly #without: ReadonlySet<Wall>;

  constructor(options: BubblewrapDriverOptions, host: HostParts) {
    this.#options = options;
    this.#host = host;
    this.#without = options.without ?? new Set();
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
    await mkdir(socketDirectory, { recursive: true, mode: 0o700 });
    if (uid !== null) await chown(socketDirectory, uid, uid);
    const profile = PROFILES[spec.profile];
    const { kernelLimits } = this.#host;
    const group = 'create' in kernelLimits ? await kernelLimits.create(`${this.#installation}-${name}`, profile) : null;
    const child = this.#spawn(spec, { uid, socketDirectory, hasGroup: group !== null });
    const exit = exitOf(child);
    // Only where it can be taken back: without privilege a priority goes down for ever.
    const isBackground = spec.isBackground === true && uid !== null;
    if (isBackground && child.pid !== undefined) setPriority(child.pid, BACKGROUND_PRIORITY);
    for (const pipe of child.stdio) pipe?.on('error', () => {}); // the exit tells
    const innerPid = await this.#admit(child, { group, uid, profile }, exit).catch(async (error: unknown) => {
      child.kill('SIGKILL');
      await exit;
      await this.#release({ uid, socketDirectory, group });
      throw error;
    });
    const owned: Owned = { child, innerPid, uid, socketDirectory, group, profile, isBackground, exceeded: null };
    const egressSocketPath = join(socketDirectory, 'egress.sock');
    const sandbox: SandboxProcess = {
      sandboxId: spec.sandboxId,
      pid: innerPid,
      // spawn() was told to make pipes of these, so they are there
      link: child.stdio[3] as Duplex,
      stdout: child.stdout as Readable, // a pipe as well
      stderr: child.stderr as Readable, // a pipe as well
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

  specialise(sandbox: SandboxProcess, frame: Buffer): void {
    const owned = this.#owned.get(sandbox);
    if (owned?.isBackground) bringForward(owned.innerPid);
    sandbox.link.write(frame);
    const { group, profile } = owned ?? {};
    if (!group || !profile) return;
    // A sandbox that cannot be held to its share does not go on, and takes nobody with it.
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
    const switchedOff = (what: Wall) => `${what} (switched off)`;
    const isLimit = (what: Wall) => LIMIT_WALLS.has(what);
    reasons.push(...[...this.#without].filter(isLimit).map(switchedOff));
    const removed = [...this.#without].filter((what) => !isLimit(what)).map(switchedOff);
    const attempts = await probeWalls(this, this.#options.probeProgramFile);
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
    // None of ours runs yet, so whoever has one of our uids is a former owner's.
    if (this.#uids && this.#owned.size === 0) await killProcessesOf(this.#uids);
    const sockets = join(this.#options.directory, 's');
    await mkdir(sockets, { recursive: true, mode: 0o711 });
    for (const name of await readdir(sockets)) {
      if (!name.startsWith(this.#options.bootId)) await rm(join(sockets, name), { recursive: true, force: true });
    }
  }

  #spawn(spec: SandboxSpec, own: { uid: number | null; socketDirectory: string; hasGroup: boolean }): ChildProcess {
    const profile = PROFILES[spec.profile];
    const command = [
      ...(this.#without.has('rlimits')
        ? []
        : rlimitArguments(profile, { uid: own.uid !== null, memory: own.hasGroup })),
      this.#host.bubblewrapFile,
      ...bubblewrapArguments({
        profile,
        nodeFile: this.#host.nodeFile,
        libraries: this.#host.libraries,
        programFile: spec.programFile,
        snapshotFile: spec.snapshotFile,
        mounts: spec.mounts,
        links: spec.links ?? {},
        socketDirectory: own.socketDirectory,
        without: this.#without,
      }),
    ];
    const seccomp = openSync(this.#host.seccompFile, 'r'); // fresh for each: bubblewrap reads it to its end
    const nothing = openSync('/dev/null', 'r+');
    try {
      const stdio: ('pipe' | 'ignore' | number)[] = ['ignore', 'pipe', 'pipe', 'pipe', seccomp, 'pipe', 'pipe'];
      const passed = this.#without.has('closed descriptors') ? [] : inheritedDescriptors(FIRST_CHILD_DESCRIPTOR_FREE);
      for (const descriptor of passed) {
        while (stdio.length < descriptor) stdio.push('ignore');
        stdio[descriptor] = nothing;
      }
      const identity = own.uid === null ? {} : { uid: own.uid, gid: own.uid };
      const env = this.#without.has('empty environment') ? process.env : {};
      return spawn(PRLIMIT, command, { ...identity, stdio, env, cwd: '/' });
    } finally {
      closeSync(seccomp);
      closeSync(nothing);
    }
  }

  /** Learns the inner pid, sets the limits of both processes and only then lets bubblewrap go on. */
  async #admit(
    child: ChildProcess,
    own: { group: LimitGroup | null; uid: number | null; profile: SandboxProfile },
    exit: Promise<SandboxExit>,
  ): Promise<number> {
    const pipes: readonly unknown[] = child.stdio; // Node types only the first five
    const info = pipes[DESCRIPTORS.info] as Readable; // a pipe, as spawn() was told
    const gate = pipes[DESCRIPTORS.block] as Writable; // a pipe, as spawn() was told
    gate.on('error', () => {});
    const failed = exit.then(async () => Promise.reject(await startFailure(child)));
    const innerPid = await Promise.race([readInnerPid(info), failed]);
    failed.catch(() => {});
    const admitted = Promise.all([
      own.group?.add([child.pid ?? innerPid, innerPid]),
      // Without a uid of its own: inside its user namespace processes are counted apart from the supervisor's others.
      own.uid === null && !this.#without.has('rlimits') ? limitProcesses(innerPid, own.profile.processes) : null,
    ]);
    await admitted.catch(async (error: NodeJS.ErrnoException) => {
      if (isRunning(innerPid)) throw error;
      await exit; // bubblewrap gave up after it had told the pid; what it said is the reason
      throw await startFailure(child);
    });
    gate.end('1');
    return innerPid;
  }

  async #afterExit(sandbox: SandboxProcess, ended: SandboxExit): Promise<SandboxExit> {
    const owned = this.#owned.get(sandbox);
    if (!owned) return ended;
    this.#owned.delete(sandbox);
    this.#watch.remove(owned.innerPid);
    await untilGone(owned.innerPid);
    const stats = await owned.group?.stats();
    await this.#release(owned);
    const refused = (stats?.processesRefused ?? 0) > 0 && ended.exitCode !== 0 ? 'processes' : null;
    return { ...ended, exceeded: owned.exceeded ?? (stats?.outOfMemory ? 'memory' : refused) };
  }

  async #release(owned: Pick<Owned, 'uid' | 'socketDirectory' | 'group'>): Promise<void> {
    await rm(owned.socketDirectory, { recursive: true, force: true });
    const empty = (await owned.group?.removeWhenEmpty()) ?? true;
    // A uid whose group still holds a process stays taken: nobody may meet its former owner.
    if (empty && owned.uid !== null) this.#uids?.release(owned.uid);
  }
}

function exitOf(child: ChildProcess): Promise<SandboxExit> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ exitCode: null, signal: null, exceeded: null }));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, exceeded: null }));
  });
}

/** With what bubblewrap said on its standard error, which can arrive after its exit. */
async function startFailure(child: ChildProcess): Promise<AppError> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  if (child.stderr && !child.stderr.readableEnded) {
    await Promise.race([once(child.stderr, 'end'), new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
  }
  return new AppError('sandbox.start_failed', { internal: `bubblewrap ended: ${said.trim().slice(0, 500)}` });
}

/** @throws Error of prlimit when the process is gone */
async function limitProcesses(pid: number, processes: number): Promise<void> {
  await promisify(execFile)(PRLIMIT, ['--pid', String(pid), `--nproc=${processes}:${processes}`], { env: {} });
}

function readInnerPid(info: Readable): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    info.on('error', () => {});
    info.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const found = /"child-pid":\s*(\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
}

/** All of its threads: the kernel keeps a priority for each. */
function bringForward(pid: number): void {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), 0);
  } catch {
    // It ended by itself.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

const GONE_POLL_MS = 2;
const MONITOR_EXIT_MS = 200;
const LAST_WORDS_MS = 200;

async function untilGone(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (!isRunning(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, GONE_POLL_MS));
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
