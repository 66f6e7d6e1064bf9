/**
 * `npm run probe [-- --json]`: every escape attempt and every bomb inside fresh sandboxes on this machine, as a table.
 * Exit code 1 when one gets through, 2 when nothing could be tried. Works as root and as a normal user.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createBubblewrapDriver, type ProbedAttempt, Programs, probeIsolation, runBombs } from '@patchbay/sandbox-host';
import { loadProbeConfig } from './config.ts';
import { headingOf, rowOf, summaryOf } from './probe-table.ts';

const { bubblewrapFile, scratchDirectory } = loadProbeConfig();
const asJson = process.argv.includes('--json');
if (!existsSync(bubblewrapFile)) {
  console.error(`There is no bubblewrap at ${bubblewrapFile}. Install it, or name it in BWRAP_PATH.`);
  process.exit(2);
}

// Sandboxes run under other uids where this is root: they must be able to enter.
const directory = await mkdtemp(`${scratchDirectory}/patchbay-probe-`);
await chmod(directory, 0o711);
try {
  process.exitCode = await probe();
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function probe(): Promise<number> {
  const probeProgramFile = await new Programs(directory).file('probe');
  const driver = await createBubblewrapDriver({
    directory,
    bubblewrapFile,
    nodeFile: process.execPath,
    bootId: randomBytes(4).toString('hex'),
    probeProgramFile,
  });
  await driver.removeLeftovers();
  const { limits } = await driver.probe();
  const who = `As ${process.getuid?.() === 0 ? 'root' : `uid ${process.getuid?.()}`} on ${process.arch}`;
  if (!asJson) console.log(headingOf(who, limits));
  const attempts = await probeIsolation(driver, probeProgramFile);
  if (!asJson) for (const row of attempts) console.log(rowOf(row));
  const canStart = attempts.length > 1;
  const onRow = (row: ProbedAttempt) => {
    if (!asJson) console.log(rowOf(row));
  };
  const bombs = canStart ? await runBombs(driver, probeProgramFile, { onRow }) : [];
  const rows = [...attempts, ...bombs];
  const open = rows.filter(({ outcome }) => outcome === 'got through');
  if (asJson) console.log(JSON.stringify({ uid: process.getuid?.(), limits, attempts: rows }, null, 2));
  else console.log(`\n${summaryOf(rows, limits)}`);
  if (!canStart) return 2;
  return open.length > 0 ? 1 : 0;
}
