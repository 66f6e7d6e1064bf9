import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { compileCache } from '@patchbay/testing';
import { expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');

it('finds no difference between prisma/migrations and the Prisma schema', async () => {
  const args = ['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', 'prisma', '--exit-code'];
  const { DATABASE_URL: _, ...env } = process.env;
  const prisma = spawn(process.execPath, ['scripts/prisma/main.ts', ...args], {
    cwd: ROOT,
    env: { ...env, ...compileCache() },
  });
  let output = '';
  prisma.stdout.on('data', (chunk) => {
    output += chunk;
  });
  prisma.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(prisma, 'close');
  expect(output).toContain('No difference detected');
  expect(code).toBe(0);
});
