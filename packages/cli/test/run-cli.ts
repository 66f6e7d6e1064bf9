import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { compileCache } from '@patchbay/testing/run/run-caches';
import { onTestFinished } from 'vitest';

const BIN = path.resolve(import.meta.dirname, '../bin/patchbay.mjs');

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the real program, with nothing of this machine's login or installation in its environment. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliRun> {
  const child = startCli(args, options);
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, [code]] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

export function startCli(args: readonly string[], { cwd, environment }: CliOptions): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      XDG_CONFIG_HOME: path.join(cwd, '.config'),
      ...compileCache(),
      ...environment,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** The JSON documents a running command prints, one per line. */
export async function* jsonLines(child: ChildProcessWithoutNullStreams): AsyncGenerator<Record<string, unknown>> {
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
}

/** A directory of this test's own, gone after it; outside of the checkout, so that no installation is found above it. */
export async function ownDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'patchbay-cli-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
