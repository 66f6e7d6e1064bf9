/**
 * Starts one sandbox and probes its isolation layers: attempts from inside, the kernel's own account of the process
 * from outside.
 */
import { newId } from '@patchbay/foundation';
import type { SandboxDriver, SandboxProcess } from '../driver.ts';
import { type ProbedAttempt, runAttempts } from './run-attempts.ts';

/** The expected state of a process inside, seen from outside. @see proc(5), /proc/pid/status */
const STATUS: Readonly<Record<string, RegExp>> = {
  'seccomp filter': /^Seccomp:\t2$/m,
  no_new_privs: /^NoNewPrivs:\t1$/m,
  'no effective capabilities': /^CapEff:\t0+$/m,
  'no permitted capabilities': /^CapPrm:\t0+$/m,
  'no inheritable capabilities': /^CapInh:\t0+$/m,
  'no ambient capabilities': /^CapAmb:\t0+$/m,
  'no bounding capabilities': /^CapBnd:\t0+$/m,
};

/** Every attempt with its result. Never throws: a sandbox that cannot start is a missing isolation layer. */
export async function probeIsolation(driver: SandboxDriver, programFile: string): Promise<ProbedAttempt[]> {
  let sandbox: SandboxProcess;
  try {
    sandbox = await driver.start({ sandboxId: newId('sandbox'), profile: 'runtime', programFile, mounts: [] });
  } catch (error) {
    const reason = error instanceof Error && 'internal' in error ? error.internal : error;
    return [{ name: 'a sandbox starts', expected: 'it does', got: String(reason).trim(), outcome: 'got through' }];
  }
  try {
    let outside: Promise<ProbedAttempt[]> = Promise.resolve([]);
    const inside = await runAttempts(driver, sandbox, () => {
      outside = driver.kernelStatus(sandbox).then(seenFromOutside);
    });
    return [...inside, ...(await outside)];
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    return [{ name: 'the probe reports', expected: 'it does', got, outcome: 'got through' }];
  } finally {
    await driver.stop(sandbox);
  }
}

function seenFromOutside(status: string): ProbedAttempt[] {
  return Object.entries(STATUS).map(([name, expected]) => {
    const line = new RegExp(`^${expected.source.slice(1).split(':')[0]}:.*$`, 'm').exec(status)?.[0] ?? 'gone';
    const outcome = expected.test(status) ? 'held' : 'got through';
    return { name: `seen from outside: ${name}`, expected: expected.source, got: line.replace('\t', ' '), outcome };
  });
}
