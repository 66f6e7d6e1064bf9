/** Uids, cgroups and directories of sandboxes through a short storm, the same each time. */
import { skipUnless } from '@patchbay/testing';
import { hasBubblewrap, NO_BUBBLEWRAP } from '@patchbay/testing/hosts/given-host';
import { expect } from 'vitest';
import { runStorm } from './run-storm.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

describe('starts while supervisors, bubblewrap and runners are killed', () => {
  it('starts among killed processes share no uid and leave nothing behind', { timeout: 60_000 }, async (context) => {
    skipUnless(context, process.getuid?.() === 0, 'only root can give uids');
    const report = await runStorm({ starts: 120, seed: 29, startsPerBootMax: 60 });
    expect(report.broken).toEqual([]);
    expect(report.starts).toBeGreaterThanOrEqual(120);
    expect(report.kills).toBeGreaterThan(0);
  });
});
