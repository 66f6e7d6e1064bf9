import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packSource } from '../src/pack-source.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'patchbay-pack-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function writeFiles(count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => path.join(directory, `${index}.ts`));
  await Promise.all(names.map((name) => writeFile(name, '')));
}

it('refuses a project of one file more than an installation takes, before the upload', async () => {
  await writeFiles(DEPLOY_LIMITS.sourceFiles.value + 1);
  await expect(packSource(directory)).rejects.toMatchObject({ code: 'cli.source_too_large' });
});
