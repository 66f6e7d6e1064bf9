import { expect, it } from 'vitest';
import { describeDifferences } from './file-list.ts';

it('the comparison names each file that is missing, empty, cut or has another content, and no additional file', () => {
  const recorded = {
    missing: { bytes: 1, digest: 'a' },
    empty: { bytes: 2, digest: 'a' },
    cut: { bytes: 3, digest: 'a' },
    changed: { bytes: 4, digest: 'a' },
    large: { bytes: 5 },
    same: { bytes: 6, digest: 'a' },
    nothing: { bytes: 0 },
  };
  const current = {
    empty: { bytes: 0 },
    cut: { bytes: 1, digest: 'b' },
    changed: { bytes: 4, digest: 'b' },
    large: { bytes: 5, digest: 'b' },
    same: { bytes: 6, digest: 'a' },
    nothing: { bytes: 0 },
    added: { bytes: 7, digest: 'a' },
  };
  expect(describeDifferences(recorded, current)).toEqual([
    'missing is missing',
    'empty is empty',
    'cut has 1 bytes instead of 3',
    'changed has another content',
  ]);
});
