import { expect, it } from 'vitest';
import { diskCondition } from './disk-watch.ts';

const MIB = 2 ** 20;
const disk = (freeMib: number) => ({
  directories: ['/data', '/data/spool'],
  freeBytes: freeMib * MIB,
  totalBytes: 200 * MIB,
});

it.each([
  [1.9, ['0.9 % left (1.9 of 200 MiB) below /data, /data/spool: uploads and deploys are refused until space is freed']],
  [2, ['1.0 % left (2.0 of 200 MiB) below /data, /data/spool']],
  [9.9, ['5.0 % left (9.9 of 200 MiB) below /data, /data/spool']],
  [10, []],
])('%d MiB left on a disk of 200 MiB are reported as %j', (freeMib, reasons) => {
  expect(diskCondition([disk(freeMib)])).toEqual({
    state: reasons.length > 0 ? 'degraded' : 'ok',
    reasons,
    facts: { disks: [disk(freeMib)] },
  });
});

it('a file system that counts nothing is never full', () => {
  expect(diskCondition([{ directories: ['/data'], freeBytes: 0, totalBytes: 0 }]).reasons).toEqual([]);
});
