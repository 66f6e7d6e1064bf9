import { describe, expect, it } from 'vitest';
import { headingOf, rowOf, summaryOf } from './probe-table.ts';

const held = { name: 'write to the root', expected: '^EROFS$', got: 'EROFS', outcome: 'held' } as const;
const open = {
  name: 'run a shell',
  expected: '^(ENOENT|EACCES)$',
  got: 'uid=0(root)',
  outcome: 'got through',
} as const;
const REDUCED = { state: 'reduced', reasons: ['not root: sandboxes share the uid of the supervisor'] };
const FULL = { state: 'full', reasons: [] };

describe('the table of the probe', () => {
  it('the probe’s table shows the expected answer of an isolation layer that let an attempt through', () => {
    expect(
      rowOf(open)
        .split('\n')
        .map((line) => line.trim().replaceAll(/ {2,}/g, ' | ')),
    ).toEqual(['got through run a shell | uid=0(root)', 'an isolation layer answers ENOENT or EACCES']);
  });

  it('the probe’s table prints no control or direction-changing character of a sandbox', () => {
    expect(rowOf({ ...held, got: '\u001b[2Jgone\u202e' })).toMatch(/\\u\{1b\}\[2Jgone\\u\{202e\}$/);
  });

  it('the probe’s table explains what stopped an attempt', () => {
    expect(rowOf(held)).toMatch(/^held {8}write to the root {2,}EROFS \(read-only\)$/);
    expect(rowOf({ ...held, got: 'answer: EAGAIN' })).toMatch(/answer: EAGAIN \(no more processes\)$/);
    expect(rowOf({ ...held, got: 'stopped' })).toMatch(/ended by the supervisor in time/);
  });

  it('the probe’s table begins with the user who ran it, and why limits are reduced', () => {
    expect(headingOf('As uid 1000 on x64', REDUCED)).toMatch(/^As uid 1000 on x64\. Limits: reduced\n {2}not root/);
  });

  it.each([
    [
      [held, open],
      FULL,
      '2 attempts: 1 held, 1 got through, 0 not run.\nDo not run connectors of strangers on this host.',
    ],
    [[held], FULL, '1 attempts: 1 held, 0 got through, 0 not run.\nConnectors can run on this host.'],
    [[held], REDUCED, expect.stringContaining('PATCHBAY_REQUIRE_FULL_LIMITS=false')],
  ])('the probe’s table ends with what it means for this host', (rows, limits, ending) => {
    expect(summaryOf(rows, limits)).toEqual(ending);
  });
});
