/** Starts sandboxes that try to get out, and judges what they report. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@patchbay/foundation';
import { BOMBS, ESCAPE_ATTEMPTS } from '@patchbay/probe';
import { isJsonObject, type JsonObject } from '@patchbay/sandbox-protocol';
import {
  decodeMixed,
  encodeMixedFrame,
  FrameReader,
  RUNNER_FRAMES,
  SANDBOX_FRAME_BYTES_MAX,
} from '@patchbay/sandbox-protocol/wire';
import type { SandboxDriver, SandboxProcess } from '../driver.ts';

export interface ProbedAttempt {
  readonly name: string;
  /** The answer of an intact isolation layer. */
  readonly expected: string;
  readonly got: string;
  readonly outcome: 'held' | 'got through' | 'not run';
}

const ATTEMPTS_MS = 20_000;
const BOMB_MS = 15_000;

/** Every harmless attempt, in one fresh sandbox; `onReady` comes while its program waits. @throws Error when the sandbox does not report */
export async function runAttempts(
  driver: SandboxDriver,
  sandbox: SandboxProcess,
  onReady: () => void = () => {},
): Promise<ProbedAttempt[]> {
  const given = await givenHostParts();
  try {
    const report = await converse(driver, sandbox, { input: given.input, milliseconds: ATTEMPTS_MS, onReady });
    if (typeof report === 'string') throw new Error(report);
    const results = Array.isArray(report.results) ? report.results.filter(isJsonObject) : [];
    const byName = new Map(results.map(({ name, got }) => [String(name), String(got)]));
    return ESCAPE_ATTEMPTS.map(({ name, held, skip }) => {
      if (skip) return { name, expected: held.source, got: skip, outcome: 'not run' };
      const got = byName.get(name) ?? 'no report';
      return { name, expected: held.source, got, outcome: held.test(got) ? 'held' : 'got through' };
    });
  } finally {
    await given.close();
  }
}

/** Every bomb, each in a sandbox of its own. `onRow` comes after each. */
export async function runBombs(
  driver: SandboxDriver,
  programFile: string,
  options: { readonly only?: readonly string[]; onRow?(row: ProbedAttempt): void } = {},
): Promise<ProbedAttempt[]> {
  const rows: ProbedAttempt[] = [];
  for (const { name, held, milliseconds = BOMB_MS } of BOMBS) {
    if (options.only && !options.only.includes(name)) continue;
    const sandbox = await driver.start({ sandboxId: newId('sandbox'), profile: 'runtime', programFile, mounts: [] });
    const report = await converse(driver, sandbox, { input: { bomb: name }, milliseconds });
    await driver.stop(sandbox);
    const got = typeof report === 'string' ? report : `answer: ${String(report.got)}`;
    const row: ProbedAttempt = { name, expected: held.source, got, outcome: held.test(got) ? 'held' : 'got through' };
    rows.push(row);
    options.onRow?.(row);
  }
  return rows;
}

/** The answer of the program, or its end in words. */
function converse(
  driver: SandboxDriver,
  sandbox: SandboxProcess,
  task: { readonly input: JsonObject; readonly milliseconds: number; onReady?(): void },
): Promise<JsonObject | string> {
  return new Promise((resolve) => {
    const reader = new FrameReader(SANDBOX_FRAME_BYTES_MAX);
    const timer = setTimeout(() => resolve('stopped'), task.milliseconds);
    const finish = (report: JsonObject | string) => {
      clearTimeout(timer);
      resolve(report);
    };
    let lastWords = '';
    sandbox.stdout.resume();
    sandbox.stderr.on('data', (chunk: Buffer) => {
      lastWords = `${lastWords}${chunk.toString('latin1')}`.slice(-2_000);
    });
    sandbox.link.on('error', () => {}); // the exit event reports it
    void sandbox.exited.then(({ exitCode, signal, exceeded }) => {
      const words = /heap out of memory|FATAL ERROR[^\n]*|Error: [^\n]*/.exec(lastWords)?.[0] ?? '';
      finish(['exit', exceeded ?? signal ?? exitCode, words].join(' ').trim());
    });
    sandbox.link.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) {
          if (frame.type === RUNNER_FRAMES.ready) {
            task.onReady?.();
            driver.assign(sandbox, encodeMixedFrame(RUNNER_FRAMES.task, { input: task.input }, Buffer.alloc(0)));
          }
          if (frame.type === RUNNER_FRAMES.taskFailed)
            finish(`failed: ${frame.payload.toString('utf8').slice(0, 200)}`);
          if (frame.type !== RUNNER_FRAMES.taskResult) continue;
          const { header } = decodeMixed(frame.payload);
          finish(isJsonObject(header) && isJsonObject(header.result) ? header.result : 'no result');
        }
      } catch (error) {
        finish(`frame refused: ${error instanceof Error ? error.message : error}`);
      }
    });
  });
}

/** Real things on the host for the attempts to reach. */
async function givenHostParts() {
  const directory = await mkdtemp(join(tmpdir(), 'patchbay-probe-'));
  const otherFile = join(directory, 'other-tenant.txt');
  await writeFile(otherFile, 'of another tenant', { mode: 0o644 });
  const abstractSocket = `patchbay-probe-${process.pid}-${Date.now()}`;
  const loopback = await openServer((server) => server.listen(0, '127.0.0.1'));
  const abstract = await openServer((server) => server.listen(`\0${abstractSocket}`));
  const hostPort = (loopback.address() as AddressInfo).port; // a TCP listener
  return {
    input: { hostPid: process.pid, hostPort, abstractSocket, otherFile },
    close: async () => {
      loopback.close();
      abstract.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function openServer(listen: (server: Server) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {}); // a peer that vanishes
    socket.end('reached');
  });
  listen(server);
  await once(server, 'listening');
  return server;
}
