import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DAMAGES } from '@patchbay/testing';
import { afterAll, expect, it } from 'vitest';
import { DamagedInstallation } from './damaged-installation.ts';

let installation: DamagedInstallation | undefined;
afterAll(() => installation?.remove(), 60_000);

it('every file of an installation, damaged in every way, is refused by its name or does no harm', async () => {
  installation = await DamagedInstallation.create();
  // The files of the database have a walk of their own: packages/embedded/test/damaged-database.long.spec.ts
  const own = (await installation.files()).filter((file) => !file.includes('/postgres/'));
  const run = path.join(installation.data, 'run');
  const left = { lock: path.join(run, 'starter.json'), processes: path.join(run, 'processes.json') };
  const files = [
    ...new Set([...own, left.lock, left.processes, path.join(installation.shared, 'postgres/PG_VERSION')]),
  ];
  const outcomes: Record<string, string> = {};
  for (const file of files) {
    for (const damage of DAMAGES) {
      // The files that a killed launcher leaves.
      await mkdir(run, { recursive: true });
      if (file === left.lock) await writeFile(file, '{"pid":1,"startTicks":1,"stopping":false}');
      if (file === left.processes) await writeFile(file, '[]');
      outcomes[`${path.basename(file)} ${damage}`] = await installation.round(file, damage);
    }
  }
  console.info(JSON.stringify(outcomes, null, 1));
  expect(files.length).toBeGreaterThan(10);
  expect(Object.values(outcomes).filter((outcome) => outcome === 'refused').length).toBeGreaterThan(12);
}, 1_800_000);
