import { describe, expect, it } from 'vitest';
import { snapshotHelps } from './snapshot-helps.ts';

const LARGE = 'x;'.repeat(80_000);

describe('snapshotHelps', () => {
  it('is false for a bundle that leaves its packages to the runner', () => {
    expect(snapshotHelps('exports.default = 1')).toEqual({ helps: false, obstacle: null });
  });

  it.each(['import("node:zlib")', 'await import( name )', 'void import(`./x.js`)'])(
    'is false for a large one with %s, with its location',
    (code) => {
      expect(snapshotHelps(`${LARGE}\n${code}`)).toEqual({
        helps: false,
        obstacle: { reason: 'it uses import() at run time', place: 'line 2 of the bundle' },
      });
    },
  );

  it.each(['', '// an inline `import()` of an ESM path', 'loader.import(name)', 'reimport(1)'])(
    'is true for a large one with %j',
    (code) => {
      expect(snapshotHelps(`${LARGE}\n${code}`)).toEqual({ helps: true });
    },
  );
});
