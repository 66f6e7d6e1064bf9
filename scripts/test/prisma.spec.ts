import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { compileCache, createTestDatabase, temporaryDirectory } from '@patchbay/testing';
import { describe, expect, inject, it } from 'vitest';

/** The genuine Prisma CLI on the engine shim of scripts/prisma. */
const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const DRIFT = ['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', 'prisma', '--exit-code'];

async function prisma(args: readonly string[], databaseUrl: string, cwd = ROOT) {
  const cli = path.join(ROOT, 'node_modules/prisma/build/index.js');
  try {
    const { stdout, stderr } = await run(process.execPath, [cli, ...args], {
      cwd,
      timeout: 60_000,
      env: {
        PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
        ...compileCache(),
        DATABASE_URL: databaseUrl,
        PRISMA_SCHEMA_ENGINE_BINARY: path.join(ROOT, 'scripts/prisma/rpc.mjs'),
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}

describe('schema and migrations', () => {
  it('the result of the migrations is the declared schema', async () => {
    const { code, text } = await prisma(DRIFT, inject('services').superuserUrl);
    expect(text).toContain('No difference detected');
    expect(code).toBe(0);
  });

  it('the comparison of schema and migrations finds a change of one of them', async () => {
    const checkout = await temporaryDirectory('prisma');
    await cp(path.join(ROOT, 'prisma'), path.join(checkout, 'prisma'), { recursive: true });
    await cp(path.join(ROOT, 'prisma.config.ts'), path.join(checkout, 'prisma.config.ts'));
    await symlink(path.join(ROOT, 'node_modules'), path.join(checkout, 'node_modules'));
    const model = 'model Drift {\n  id String @id\n  @@map("drift")\n  @@schema("app")\n}\n';
    await mkdir(path.join(checkout, 'prisma/models'), { recursive: true });
    await appendFile(path.join(checkout, 'prisma/models/drift.prisma'), model);
    const { code, text } = await prisma(DRIFT, inject('services').superuserUrl, checkout);
    expect(text).toContain('drift');
    expect(code).toBe(2);
  });

  it('Prisma accepts the state of a database that our own runner migrated', async () => {
    const database = await createTestDatabase();
    const { code, text } = await prisma(['migrate', 'status'], database.urls.owner);
    expect(text).toContain('Database schema is up to date');
    expect(code).toBe(0);
    await database.drop();
  });
});
