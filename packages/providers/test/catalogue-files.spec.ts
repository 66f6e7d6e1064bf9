import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PROVIDERS } from '@patchbay/providers';
import { expect, it } from 'vitest';

it('the catalogue has a provider for every file of its folder', async () => {
  const names = await readdir(path.join(import.meta.dirname, '../data'));
  expect(PROVIDERS.map(({ id }) => `${id}.json`).sort()).toEqual(names.sort());
});
