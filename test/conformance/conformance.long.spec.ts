import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { hasSandboxes, skipUnless } from '@patchbay/testing';
import { expect } from 'vitest';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');
const run = promisify(execFile);

/** Suites and the number of scenarios each requires, of the versions that the lockfile pins. */
const SUITES = [
  ['0.2.0-alpha.12, 2026-07-28', 37],
  ['0.2.0-alpha.12, 2025-11-25', 30],
  ['0.1.16', 30],
] as const;

describe('npm run conformance', () => {
  it('the platform passes every conformance scenario except those of tasks, with and without a key', async () => {
    const program = path.resolve(import.meta.dirname, 'main.ts');
    // Its exit code is the result; its output is in the error when it fails.
    const { stdout } = await run(process.execPath, [program], { maxBuffer: 16 * 1024 * 1024 });
    for (const [suite, scenarios] of SUITES) {
      for (const access of ['no authentication', 'API key']) {
        const [, good, all] =
          new RegExp(`^${suite}.*, ${access}: (\\d+) of (\\d+) required scenarios pass$`, 'm').exec(stdout) ?? [];
        // A suite that ran fewer has lost some: nothing failed in what did not run.
        expect([suite, access, Number(good), Number(all)]).toEqual([suite, access, scenarios, scenarios]);
      }
    }
  }, 900_000);
});
