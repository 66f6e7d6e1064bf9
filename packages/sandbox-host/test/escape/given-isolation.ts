import { mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import type { IsolationLayer } from '@patchbay/probe';
import { bubblewrapFile, preparedDirectory } from '@patchbay/testing';
import { createBubblewrapDriver } from '../../src/drivers/create-bubblewrap-driver.ts';
import { probeIsolation } from '../../src/drivers/probe/probe-isolation.ts';
import { type ProbedAttempt, runBombs } from '../../src/drivers/probe/run-attempts.ts';
import { Programs } from '../../src/programs/programs.ts';

/** Runs work with a driver that lacks these isolation layers. */
async function withDriver<T>(
  without: readonly IsolationLayer[],
  work: (driver: Awaited<ReturnType<typeof createBubblewrapDriver>>, programFile: string) => Promise<T>,
): Promise<T> {
  // Sandboxes run under other uids: the directory must be one that they can enter.
  const directory = mkdtempSync('/var/tmp/patchbay-escape-');
  await chmod(directory, 0o711);
  try {
    const probeProgramFile = await new Programs(preparedDirectory()).file('probe');
    const driver = await createBubblewrapDriver({
      directory,
      bubblewrapFile: bubblewrapFile(),
      nodeFile: process.execPath,
      bootId: 'escape',
      probeProgramFile,
      without: new Set(without),
    });
    await driver.removeLeftovers();
    return await work(driver, probeProgramFile);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Every harmless attempt by name. */
export async function attemptsWithout(...layers: IsolationLayer[]): Promise<ReadonlyMap<string, ProbedAttempt>> {
  return byName(await withDriver(layers, probeIsolation));
}

/** Bombs by name; every one unless some are named. */
export async function bombsWithout(
  layers: readonly IsolationLayer[],
  only?: readonly string[],
): Promise<ReadonlyMap<string, ProbedAttempt>> {
  return byName(
    await withDriver(layers, (driver, programFile) => runBombs(driver, programFile, { ...(only && { only }) })),
  );
}

function byName(rows: readonly ProbedAttempt[]): ReadonlyMap<string, ProbedAttempt> {
  return new Map(rows.map((row) => [row.name, row]));
}
