/** Starts one sandbox and tries its walls: attempts from inside, the kernel's own account of the process from outside. */
import { readFileSync } from 'node:fs';
import { newId } from '@patchbay/foundation';
import { decodeMixed, encodeMixedFrame, FrameReader, SANDBOX_FRAME_BYTES_MAX } from '../../protocol/frame.ts';
import { isJsonObject } from '../../protocol/json.ts';
import { RUNNER_FRAMES } from '../../protocol/runner-frames.ts';
import type { SandboxDriver, SandboxProcess } from './driver.ts';

const PROBE_MS = 10_000;

/** What a process inside must look like from outside. @see proc(5), /proc/pid/status */
const STATUS: Readonly<Record<string, RegExp>> = {
  'seccomp filter': /^Seccomp:\t2$/m,
  no_new_privs: /^NoNewPrivs:\t1$/m,
  'no effective capabilities': /^CapEff:\t0+$/m,
  'no permitted capabilities': /^CapPrm:\t0+$/m,
  'no bounding capabilities': /^CapBnd:\t0+$/m,
};

/** The names of the walls that do not stand; empty when all do. Never throws: a sandbox that cannot start is a missing wall. */
export async function probeWalls(driver: SandboxDriver, programFile: string): Promise<string[]> {
  let sandbox: SandboxProcess;
  try {
    sandbox = await driver.start({ sandboxId: newId('sandbox'), profile: 'runtime', programFile, mounts: [] });
  } catch (error) {
    const reason = error instanceof Error && 'internal' in error ? error.internal : error;
    return [`a sandbox starts (${String(reason).trim()})`];
  }
  try {
    return [...(await fromInside(driver, sandbox)), ...fromOutside(sandbox)];
  } finally {
    await driver.stop(sandbox);
  }
}

function fromOutside(sandbox: SandboxProcess): string[] {
  let status = '';
  try {
    status = readFileSync(`/proc/${sandbox.pid}/status`, 'utf8');
  } catch {
    return ['the sandbox lives until it is stopped'];
  }
  return Object.entries(STATUS)
    .filter(([, expected]) => !expected.test(status))
    .map(([wall]) => wall);
}

function fromInside(driver: SandboxDriver, sandbox: SandboxProcess): Promise<string[]> {
  return new Promise((resolve) => {
    const reader = new FrameReader(SANDBOX_FRAME_BYTES_MAX);
    const timer = setTimeout(() => resolve(['the probe answers in time']), PROBE_MS);
    const finish = (missing: string[]) => {
      clearTimeout(timer);
      resolve(missing);
    };
    let said = '';
    sandbox.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(0, 500);
    });
    sandbox.link.on('error', () => {});
    sandbox.link.on('close', () => finish([`the probe runs (${said.trim()})`]));
    sandbox.link.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.type !== RUNNER_FRAMES.taskResult) continue;
        const { header } = decodeMixed(frame.payload);
        const result = isJsonObject(header) && isJsonObject(header.result) ? header.result : {};
        finish(Array.isArray(result.missing) ? result.missing.map(String) : ['the probe answers']);
      }
    });
    driver.specialise(sandbox, encodeMixedFrame(RUNNER_FRAMES.task, { input: {} }, Buffer.alloc(0)));
  });
}
