import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Damage } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DamagedInstallation } from './damaged-installation.ts';

let installation: DamagedInstallation;
beforeAll(async () => {
  installation = await DamagedInstallation.create();
}, 120_000);
afterAll(() => installation?.remove(), 60_000);

/** Each damage once, each at a file of another kind. The long form walks over every file in every way. */
const REFUSED: [file: string, damage: Damage][] = [
  ['installation.json', 'removed'],
  ['auth.secret', 'emptied'],
  ['passwords.json', 'cut'],
  ['master.key', 'filled with garbage'],
];

describe('npm start refuses', () => {
  it.each(REFUSED)('npm start refuses %s %s, and removes nothing', { timeout: 60_000 }, async (name, damage) => {
    expect(await installation.round(path.join(installation.data, name), damage)).toBe('refused');
  });

  it('npm start refuses an empty lock, with the remedy', { timeout: 60_000 }, async () => {
    const file = path.join(installation.data, 'run/starter.json');
    await writeFile(file, '{"pid":1,"startTicks":1,"stopping":false}');
    expect(await installation.round(file, 'emptied')).toBe('refused');
  });
});

describe('npm start', () => {
  it('npm start starts with all data when the list of processes is damaged', { timeout: 60_000 }, async () => {
    await mkdir(path.join(installation.data, 'run'), { recursive: true });
    expect(await installation.round(path.join(installation.data, 'run/processes.json'), 'emptied')).toBe('works');
  });
});
