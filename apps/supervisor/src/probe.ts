/**
 * `npm run probe [-- --json]`: every escape attempt and every bomb inside fresh sandboxes on this machine, as a table.
 * Exit code 1 when one gets through, 2 when nothing could be tried. Works as root and as a normal user.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createBubblewrapDriver, type ProbedAttempt, Programs, probeWalls, runBombs } from '@patchbay/sandbox/host';
import { loadProbeConfig } from './config.ts';

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
  if (!asJson) console.log(heading(limits));
  const attempts = await probeWalls(driver, probeProgramFile);
  if (!asJson) for (const row of attempts) console.log(lineOf(row));
  const canStart = attempts.length > 1;
  const onRow = (row: ProbedAttempt) => {
    if (!asJson) console.log(lineOf(row));
  };
  const bombs = canStart ? await runBombs(driver, probeProgramFile, { onRow }) : [];
  const rows = [...attempts, ...bombs];
  const open = rows.filter(({ verdict }) => verdict === 'got through');
  const skipped = rows.filter(({ verdict }) => verdict === 'not run');
  if (asJson) console.log(JSON.stringify({ uid: process.getuid?.(), limits, attempts: rows }, null, 2));
  else console.log(`\n${rows.length} attempts, ${open.length} got through, ${skipped.length} not run.`);
  return open.length > 0 ? 1 : 0;
}

function heading(limits: { state: string; reasons: readonly string[] }): string {
  const who = process.getuid?.() === 0 ? 'root' : `uid ${process.getuid?.()}`;
  const reasons = limits.reasons.map((reason) => `\n  ${reason}`).join('');
  return `As ${who} on ${process.arch}. limits: ${limits.state}${reasons}\n\n${lineOf({ name: 'ATTEMPT', expected: 'EXPECTED', got: 'GOT', verdict: 'VERDICT' })}`;
}

function lineOf({ name, expected, got, verdict }: Omit<ProbedAttempt, 'verdict'> & { verdict: string }): string {
  const cell = (text: string, width: number) => printable(text).slice(0, width).padEnd(width);
  return `${cell(verdict, 12)}${cell(name, 52)} ${cell(expected, 36)} ${printable(got).slice(0, 60)}`;
}

/** What came out of a sandbox is data, on a terminal too. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\u00a0-\uffff]/g, '·');
}
