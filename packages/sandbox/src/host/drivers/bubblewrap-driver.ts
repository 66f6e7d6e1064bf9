/**
 * The driver that makes a real boundary: bubblewrap's namespaces and minimal root, our seccomp filter, an own uid and a
 * cgroup per sandbox where the supervisor may set them. Guards every tenant against every other and the host against all;
 * assumes that the kernel holds (docs/threat-model.md).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { AppError } from '@patchbay/foundation';
import { PROFILES, SANDBOX_LIMITS } from '../limits.ts';
import { bubblewrapArguments, DESCRIPTORS, rlimitArguments } from './bubblewrap-arguments.ts';
import { type CgroupParent, findCgroupParent, removeForeignCgroups, SandboxCgroup } from './cgroup-v1.ts';
import type {
  Mount,
  ProbeReport,
  SandboxDriver,
  SandboxExit,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
} from './driver.ts';
import { inheritedDescriptors } from './inherited-descriptors.ts';
import { placeFile } from './place-file.ts';
import { probeWalls } from './probe-walls.ts';
import { type Architecture, assembleSeccompFilter } from './seccomp.ts';
import { sharedLibrariesOf } from './shared-libraries.ts';
import { UidRange } from './uid-range.ts';

export interface BubblewrapDriverOptions {
  /** Readable by other uids; holds the root's files, the sockets and the programs. */
  readonly directory: string;
  readonly bubblewrapFile: string;
  readonly nodeFile: string;
  readonly bootId: string;
  /** Program of the self-test, bundled. */
  readonly probeProgramFile: string;
}

const PRLIMIT = '/usr/bin/prlimit';
const FIRST_CHILD_DESCRIPTOR_FREE = 7;
/** The profile's share of the CPU holds from here on; half a core would double every cold start. */
const START_CPU_MS = 2_000;
/** Uids far above those of people and of subordinate ranges; each installation has its own block. */
const UID_BASE = 700_000_000;
const UIDS_PER_INSTALLATION = SANDBOX_LIMITS.live * 4;

interface Owned {
  readonly child: ChildProcess;
  readonly innerPid: number;
  readonly uid: number | null;
  readonly socketDirectory: string;
  readonly cgroup: SandboxCgroup | null;
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
    cgroups: await findCgroupParent(),
  });
}

interface HostParts {
  readonly bubblewrapFile: string;
  readonly nodeFile: string;
  readonly seccompFile: string;
  readonly libraries: readonly Mount[];
  readonly cgroups: CgroupParent | { readonly reason: string };
}

export class BubblewrapDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly #options: BubblewrapDriverOptions;
  readonly #host: HostParts;
  /** Names everything on the host that is ours, so that installations beside each other never clean up one another. */
  readonly #installation: string;
  readonly #uids: UidRange | null;
  readonly #owned = new Map<SandboxProcess, Owned>();

  constructor(options: BubblewrapDriverOptions, host: HostParts) {
    this.#options = options;
    this.#host = host;
    const hash = createHash('sha256').update(options.directory).digest();
    this.#installation = hash.toString('hex', 0, 4);
    const block = hash.readUInt16BE(4) * UIDS_PER_INSTALLATION;
    this.#uids = process.getuid?.() === 0 ? new UidRange(UID_BASE + block, UIDS_PER_INSTALLATION) : null;
  }

  async start(spec: SandboxSpec): Promise<SandboxProcess> {
    const uid = this.#uids?.acquire() ?? null;
    if (this.#uids && uid === null) throw new AppError('sandbox.no_capacity', { internal: 'no uid is free' });
    const name = `${this.#options.bootId}-${spec.sandboxId.slice(4, 16)}`;
    const socketDirectory = join(this.#options.directory, 's', name);
    await mkdir(socketDirectory, { recursive: true, mode: 0o700 });
    if (uid !== null) await chown(socketDirectory, uid, uid);
    const cgroup =
      'path' in this.#host.cgroups
        ? await SandboxCgroup.create(this.#host.cgroups, `${this.#installation}-${name}`, PROFILES[spec.profile])
        : null;
    const child = this.#spawn(spec, { uid, socketDirectory, hasCgroup: cgroup !== null });
    const exit = exitOf(child);
    const innerPid = await this.#admit(child, cgroup, exit).catch(async (error: unknown) => {
      child.kill('SIGKILL');
      await exit;
      await this.#release({ uid, socketDirectory, cgroup });
      throw error;
    });
    const owned: Owned = { child, innerPid, uid, socketDirectory, cgroup };
    const egressSocketPath = join(socketDirectory, 'egress.sock');
    const sandbox: SandboxProcess = {
      sandboxId: spec.sandboxId,
      pid: innerPid,
      // spawn() was told to make pipes of these, so they are there
      link: child.stdio[3] as Socket,
      stdout: child.stdout as Readable,
      stderr: child.stderr as Readable,
      egressSocketPath,
      exited: exit.then((ended) => this.#afterExit(sandbox, ended)),
      openEgress: async () => {
        await chmod(egressSocketPath, 0o600);
        if (uid !== null) await chown(egressSocketPath, uid, uid);
      },
    };
    this.#owned.set(sandbox, owned);
    if (cgroup) setTimeout(() => void cgroup.limitCpu(PROFILES[spec.profile].cpuCores), START_CPU_MS).unref();
    return sandbox;
  }

  specialise(sandbox: SandboxProcess, frame: Buffer): void {
    sandbox.link.write(frame);
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
    const found = await this.#owned.get(sandbox)?.cgroup?.stats();
    return { memoryBytes: found?.memoryBytes ?? null, peakMemoryBytes: found?.peakMemoryBytes ?? null };
  }

  async probe(): Promise<ProbeReport> {
    const reasons = [];
    if (!this.#uids) reasons.push('not root: sandboxes share the uid of the supervisor');
    if ('reason' in this.#host.cgroups) reasons.push(this.#host.cgroups.reason);
    const missing = await probeWalls(this, this.#options.probeProgramFile);
    return {
      walls: { state: missing.length === 0 ? 'complete' : 'missing', missing },
      limits: { state: reasons.length === 0 ? 'full' : 'reduced', reasons },
    };
  }

  async removeLeftovers(): Promise<void> {
    if ('path' in this.#host.cgroups) {
      await removeForeignCgroups(this.#host.cgroups, this.#installation, this.#options.bootId);
    }
    const sockets = join(this.#options.directory, 's');
    await mkdir(sockets, { recursive: true, mode: 0o711 });
    for (const name of await readdir(sockets)) {
      if (!name.startsWith(this.#options.bootId)) await rm(join(sockets, name), { recursive: true, force: true });
    }
  }

  #spawn(spec: SandboxSpec, own: { uid: number | null; socketDirectory: string; hasCgroup: boolean }): ChildProcess {
    const profile = PROFILES[spec.profile];
    const command = [
      ...rlimitArguments(profile, { uid: own.uid !== null, memory: own.hasCgroup }),
      this.#host.bubblewrapFile,
      ...bubblewrapArguments({
        profile,
        nodeFile: this.#host.nodeFile,
        libraries: this.#host.libraries,
        programFile: spec.programFile,
        mounts: spec.mounts,
        links: spec.links ?? {},
        socketDirectory: own.socketDirectory,
      }),
    ];
    const seccomp = openSync(this.#host.seccompFile, 'r'); // fresh for each: bubblewrap reads it to its end
    const nothing = openSync('/dev/null', 'r+');
    try {
      const stdio: ('pipe' | 'ignore' | number)[] = ['ignore', 'pipe', 'pipe', 'pipe', seccomp, 'pipe', 'pipe'];
      for (const descriptor of inheritedDescriptors(FIRST_CHILD_DESCRIPTOR_FREE)) {
        while (stdio.length < descriptor) stdio.push('ignore');
        stdio[descriptor] = nothing;
      }
      const identity = own.uid === null ? {} : { uid: own.uid, gid: own.uid };
      return spawn(PRLIMIT, command, { ...identity, stdio, env: {}, cwd: '/' });
    } finally {
      closeSync(seccomp);
      closeSync(nothing);
    }
  }

  /** Learns the inner pid, puts both processes into their cgroup and only then lets bubblewrap go on. */
  async #admit(child: ChildProcess, cgroup: SandboxCgroup | null, exit: Promise<SandboxExit>): Promise<number> {
    const pipes: readonly unknown[] = child.stdio; // Node types only the first five
    const info = pipes[DESCRIPTORS.info] as Readable; // a pipe, as spawn() was told
    const gate = pipes[DESCRIPTORS.block] as Writable; // a pipe, as spawn() was told
    gate.on('error', () => {});
    const failed = exit.then(async () => Promise.reject(await startFailure(child)));
    const innerPid = await Promise.race([readInnerPid(info), failed]);
    failed.catch(() => {});
    await cgroup?.add([child.pid ?? innerPid, innerPid]).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ESRCH') throw error;
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
    await untilGone(owned.innerPid);
    const outOfMemory = (await owned.cgroup?.stats())?.outOfMemory ?? false;
    await this.#release(owned);
    return { ...ended, outOfMemory };
  }

  async #release(owned: Pick<Owned, 'uid' | 'socketDirectory' | 'cgroup'>): Promise<void> {
    await rm(owned.socketDirectory, { recursive: true, force: true });
    const empty = (await owned.cgroup?.removeWhenEmpty()) ?? true;
    // A uid whose group still holds a process stays taken: nobody may meet its former owner.
    if (empty && owned.uid !== null) this.#uids?.release(owned.uid);
  }
}

function exitOf(child: ChildProcess): Promise<SandboxExit> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ exitCode: null, signal: null, outOfMemory: false }));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, outOfMemory: false }));
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
