/** The long storm of starts, with another seed each time; a report that names its seed can be repeated with it. */
import { randomInt } from 'node:crypto';
import { skipUnless } from '@patchbay/testing';
import { hasBubblewrap, NO_BUBBLEWRAP } from '@patchbay/testing/hosts/given-host';
import { expect } from 'vitest';
import { runStorm } from './run-storm.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const STARTS = 10_000;
const STARTS_PER_BOOT_MAX = 400;

describe('ten thousand starts through 64 uids', () => {
  it('ten thousand starts give no uid two owners and leave nothing behind', { timeout: 1_800_000 }, async (context) => {
    skipUnless(context, process.getuid?.() === 0, 'only root can give uids');
    const seed = randomInt(2 ** 31);
    const report = await runStorm({ starts: STARTS, seed, startsPerBootMax: STARTS_PER_BOOT_MAX });
    console.info(`seed ${seed}: ${report.starts} starts, ${report.kills} supervisors killed`);
    expect(report.broken).toEqual([]);
    expect(report.starts).toBeGreaterThanOrEqual(STARTS);
    // At most 400 starts a supervisor: fewer kills would mean that it was left alone.
    expect(report.kills).toBeGreaterThanOrEqual(STARTS / STARTS_PER_BOOT_MAX - 1);
  });
});
