/**
 * The same programs as plain child processes, for `patchbay dev` where user namespaces do not exist. No isolation at all:
 * the code that runs is the developer's own. The supervisor app never offers this driver.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { PROFILES } from '../bounds/limits.ts';
import type { ProbeReport, SandboxDriver, SandboxExit, SandboxProcess, SandboxSpec, SandboxStats } from './driver.ts';
import { nodeFlags } from './node-flags.ts';
import { readKernelStatus } from './process-tree.ts';

export class PlainDriver implements SandboxDriver {
  readonly name = 'plain';
  readonly #nodeFile: string;
  readonly #children = new Map<SandboxProcess, ChildProcess>();

  constructor(nodeFile: string) {
    this.#nodeFile = nodeFile;
  }

  async start(spec: SandboxSpec): Promise<SandboxProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'pb-'));
    const scratch = join(directory, 'work');
    await mkdir(scratch);
    const egressSocketPath = join(directory, 'egress.sock');
    const mounts = Object.fromEntries(spec.mounts.map(({ source, target }) => [target, source]));
    const profile = PROFILES[spec.profile];
    const paths = JSON.stringify({ ...mounts, [profile.scratch.path]: scratch });
    const flags = nodeFlags({ profile, codeGeneration: spec.codeGeneration ?? false });
    const child = spawn(this.#nodeFile, [...flags, spec.programFile, egressSocketPath, paths], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { PATH: '/' },
      cwd: scratch,
    });
    const exited = new Promise<SandboxExit>((resolve) => {
      child.once('error', () => resolve({ exitCode: null, signal: null, exceeded: null }));
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, exceeded: null }));
    });
    const sandbox: SandboxProcess = {
      sandboxId: spec.sandboxId,
      pid: child.pid ?? 0,
      // spawn() was asked to make pipes of these, so they exist
      link: child.stdio[3] as Duplex,
      stdout: child.stdout as Readable, // a pipe as well
      stderr: child.stderr as Readable, // a pipe as well
      profile,
      egressSocketPath,
      exited: exited.then(async (exit) => {
        this.#children.delete(sandbox);
        await rm(directory, { recursive: true, force: true });
        return exit;
      }),
      openEgress: async () => {},
    };
    this.#children.set(sandbox, child);
    return sandbox;
  }

  assign(sandbox: SandboxProcess, frame: Buffer): void {
    sandbox.link.write(frame);
  }

  async stop(sandbox: SandboxProcess): Promise<void> {
    this.#children.get(sandbox)?.kill('SIGKILL');
    await sandbox.exited;
  }

  async stats(): Promise<SandboxStats> {
    return { memoryBytes: null, peakMemoryBytes: null };
  }

  async kernelStatus({ pid }: SandboxProcess): Promise<string> {
    return readKernelStatus(pid);
  }

  async probe(): Promise<ProbeReport> {
    return {
      isolation: { state: 'off', missing: ['isolation is off: connectors run as plain processes of this user'] },
      limits: { state: 'off', reasons: ['isolation is off'] },
    };
  }

  async removeLeftovers(): Promise<void> {}
}
