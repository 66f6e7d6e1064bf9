/**
 * The driver that makes a real boundary: bubblewrap's namespaces and minimal root, our seccomp filter, an own uid and a
 * cgroup per sandbox where the supervisor may set them. Guards every tenant against every other and the host against all;
 * assumes that the kernel holds (docs/threat-model.md).
 */
import type { ChildProcess } from 'node:child_process';
import { chmod, chown } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { AppError } from '@patchbay/foundation';
import type { IsolationLayer } from '@patchbay/probe';
import { type ProfileName, profilesWith, type SandboxProfile } from '../bounds/limits.ts';
import { bubblewrapArguments, lastArguments, rlimitArguments } from './bubblewrap-arguments.ts';
import { kill, type LimitGroup } from './cgroups/limit-group.ts';
import { UsageWatch } from './cgroups/usage-watch.ts';
import type { BubblewrapDriverOptions, HostParts } from './create-bubblewrap-driver.ts';
import type {
  ExceededLimit,
  ProbeReport,
  SandboxDriver,
  SandboxExit,
  SandboxProcess,
  SandboxSpec,
  SandboxStats,
  StartedSandbox,
} from './driver.ts';
import { HostResources, type TakenResources } from './host-resources.ts';
import { inheritedDescriptors } from './inherited-descriptors.ts';
import {
  FIRST_DESCRIPTOR_FREE,
  type HandedStreams,
  type Launched,
  launchBubblewrap,
  letRun,
  letStart,
  limitProcesses,
  whileItRuns,
} from './launch-bubblewrap.ts';
import { probeIsolation } from './probe/probe-isolation.ts';
import { probeReport } from './probe/probe-report.ts';
import { readKernelStatus, readTreeUsage, setPriorityOfThreads, untilGone } from './process-tree.ts';

/** The profile's share of the CPU holds this long after the assignment; half a core would double every cold start. */
const START_CPU_MS = 2_000;
/** @see nice(2) */
const BACKGROUND_PRIORITY = 10;
/** bubblewrap ends with the process it started; one that does not is killed after this time. */
const MONITOR_EXIT_MS = 200;

interface Owned {
  readonly child: ChildProcess;
  readonly innerPid: number;
  readonly taken: TakenResources;
  readonly group: LimitGroup | null;
  readonly profile: SandboxProfile;
  /** Runs at a low priority until it is assigned. */
  readonly isBackground: boolean;
  /** Set when the watch ended it. */
  exceeded: ExceededLimit | null;
}

export class BubblewrapDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly #options: BubblewrapDriverOptions;
  readonly #host: HostParts;
  readonly #resources: HostResources;
  readonly #owned = new Map<StartedSandbox, Owned>();
  readonly #watch = new UsageWatch();
  readonly #without: ReadonlySet<IsolationLayer>;
  readonly #profiles: Readonly<Record<ProfileName, SandboxProfile>>;

  constructor(options: BubblewrapDriverOptions, host: HostParts) {
    this.#options = options;
    this.#host = host;
    this.#without = options.without ?? new Set();
    this.#profiles = profilesWith(options);
    this.#resources = new HostResources({ ...options, kernelLimits: host.kernelLimits });
  }

  async start(spec: SandboxSpec): Promise<SandboxProcess> {
    const { started, child, uid } = await this.#start(spec, null);
    const { egressSocketPath } = started;
    return Object.assign(started, {
      // spawn() was asked to make pipes of these, so they exist
      link: child.stdio[3] as Duplex,
      stdout: child.stdout as Readable, // a pipe as well
      stderr: child.stderr as Readable, // a pipe as well
      openEgress: async () => {
        await chmod(egressSocketPath, 0o600);
        if (uid !== null) await chown(egressSocketPath, uid, uid);
      },
    });
  }

  /** Starts it with the streams of another process; the caller closes its own ends once this has resolved. */
  async startWith(spec: SandboxSpec, streams: HandedStreams): Promise<StartedSandbox> {
    return (await this.#start(spec, streams)).started;
  }

  async #start(
    spec: SandboxSpec,
    streams: HandedStreams | null,
  ): Promise<{ started: StartedSandbox; child: ChildProcess; uid: number | null }> {
    const profile = this.#profiles[spec.profile];
    const taken = this.#resources.take(spec.sandboxId, profile);
    const { uid, socketDirectory } = taken;
    const launched = await this.#launch(spec, taken, streams).catch(async (error: unknown) => {
      await this.#resources.giveBack(taken);
      throw error;
    });
    const { child, exit } = launched;
    // Only where it can be reverted: without privilege a lower priority is permanent.
    const isBackground = spec.isBackground === true && uid !== null;
    if (isBackground && child.pid !== undefined) setPriority(child.pid, BACKGROUND_PRIORITY);
    const admit = async () => {
      const [group] = await Promise.all([taken.group, taken.directory]);
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
      await this.#resources.giveBack(taken);
      throw error;
    });
    const owned: Owned = { child, innerPid, taken, group, profile, isBackground, exceeded: null };
    const started: StartedSandbox = {
      sandboxId: spec.sandboxId,
      pid: innerPid,
      profile,
      egressSocketPath: join(socketDirectory, 'egress.sock'),
      exited: exit.then((ended) => this.#afterExit(started, ended)),
    };
    this.#owned.set(started, owned);
    if (!this.#without.has('usage watch')) {
      this.#watch.add(innerPid, { profile, hasGroup: group !== null }, (limit) => {
        owned.exceeded = limit;
        kill(innerPid);
      });
    }
    return { started, child, uid };
  }

  assign(sandbox: SandboxProcess, frame: Buffer): void {
    this.prepareToServe(sandbox);
    sandbox.link.write(frame);
  }

  /** From now on it has the priority of one that serves, and soon its share of the CPU. */
  prepareToServe(sandbox: StartedSandbox): void {
    const owned = this.#owned.get(sandbox);
    if (owned?.isBackground) setPriorityOfThreads(owned.innerPid, 0);
    const { group, profile } = owned ?? {};
    if (!group || !profile) return;
    // A sandbox whose limits cannot be enforced is ended, and no other with it.
    const limit = () => void group.limitCpu(profile.cpuCores).catch(() => this.stop(sandbox));
    setTimeout(limit, START_CPU_MS).unref();
  }

  async stop(sandbox: StartedSandbox): Promise<void> {
    const owned = this.#owned.get(sandbox);
    if (!owned) return void (await sandbox.exited);
    // bubblewrap reaps the inner process and follows it; killed first, it would leave that to an init which may not exist.
    kill(owned.innerPid);
    const impatience = setTimeout(() => owned.child.kill('SIGKILL'), MONITOR_EXIT_MS);
    await sandbox.exited;
    clearTimeout(impatience);
  }

  async stats(sandbox: StartedSandbox): Promise<SandboxStats> {
    const owned = this.#owned.get(sandbox);
    if (!owned) return { memoryBytes: null, peakMemoryBytes: null };
    if (owned.group) return owned.group.stats();
    return { memoryBytes: readTreeUsage(owned.innerPid)?.memoryBytes ?? null, peakMemoryBytes: null };
  }

  async kernelStatus({ pid }: StartedSandbox): Promise<string> {
    return readKernelStatus(pid);
  }

  /** Why limits are weaker on this host than they could be. */
  get reducedBy(): readonly string[] {
    return this.#resources.reducedBy;
  }

  async probe(): Promise<ProbeReport> {
    const { probeProgramFile } = this.#options;
    if (probeProgramFile === undefined) throw new Error('The driver was made without a program to probe with.');
    const attempts = await probeIsolation(this, probeProgramFile);
    return probeReport({ attempts, reducedBy: this.reducedBy, without: this.#without });
  }

  removeLeftovers(): Promise<void> {
    return this.#resources.removeLeftovers({ hasSandboxes: this.#owned.size > 0 });
  }

  /** @throws Error of Node when this process has no descriptors left */
  async #launch(
    spec: SandboxSpec,
    { uid, socketDirectory }: TakenResources,
    streams: HandedStreams | null,
  ): Promise<Launched> {
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
      streams,
    });
  }

  async #afterExit(sandbox: StartedSandbox, ended: SandboxExit): Promise<SandboxExit> {
    const owned = this.#owned.get(sandbox);
    if (!owned) return ended;
    this.#owned.delete(sandbox);
    this.#watch.remove(owned.innerPid);
    const stats = await owned.group?.stats();
    if (!owned.group) {
      kill(owned.innerPid); // its bubblewrap was killed before it had tied the two together
      await untilGone(owned.innerPid);
    }
    await this.#resources.giveBack(owned.taken);
    const refused = (stats?.processesRefused ?? 0) > 0 && ended.exitCode !== 0 ? 'processes' : null;
    return { ...ended, exceeded: owned.exceeded ?? (stats?.outOfMemory ? 'memory' : refused) };
  }
}
