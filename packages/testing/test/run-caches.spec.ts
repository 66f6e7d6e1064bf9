import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MODULE = path.resolve(import.meta.dirname, '../src/run/run-caches.ts');

it('shares no compile cache with a program outside of a test run', async () => {
  const { VITEST: _, ...environment } = process.env;
  const code = `import { compileCache } from '${MODULE}'; console.log(JSON.stringify(compileCache()));`;
  const args = ['--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment });
  expect(stdout.trim()).toBe('{}');
});
