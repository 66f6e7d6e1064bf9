import { describe, expect, it } from 'vitest';
import { snapshotHelps } from './snapshot-helps.ts';

const LARGE = 'x;'.repeat(80_000);

describe('snapshotHelps', () => {
  it('a startup snapshot does not help a bundle that leaves its packages to the runner', () => {
    expect(snapshotHelps('exports.default = 1')).toEqual({ helps: false, obstacle: null });
  });

  it.each(['import("node:zlib")', 'await import( name )', 'void import(`./x.js`)'])(
    'a startup snapshot does not help a large bundle with %s, whose line is reported',
    (code) => {
      expect(snapshotHelps(`${LARGE}\n${code}`)).toEqual({
        helps: false,
        obstacle: { reason: 'it uses import() at run time', place: 'line 2 of the bundle' },
      });
    },
  );

  it.each(['', '// an inline `import()` of an ESM path', 'loader.import(name)', 'reimport(1)'])(
    'a startup snapshot helps a large bundle with %j',
    (code) => {
      expect(snapshotHelps(`${LARGE}\n${code}`)).toEqual({ helps: true });
    },
  );
});
