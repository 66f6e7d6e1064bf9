import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { cursorsHaveBounds } from './cursors-have-bounds.ts';

describe('cursors-have-bounds', () => {
  it('refuses the position of a cursor that is an OR alone, in a condition and in SQL', async () => {
    const files = {
      'packages/domain/src/a.ts': 'export const w = { OR: [{ at: { lt: a } }, { at: a, id: { lt: b } }] };',
      'packages/domain/src/b.ts': "tx.query('SELECT 1 FROM t WHERE at < $1 OR (at = $1 AND id < $2) LIMIT 9');",
      'apps/worker/src/c.ts': 'tx.query(`SELECT 1 FROM t\n WHERE (at < $1\n OR at = $1 AND id < $2)`);',
    };
    expect(await objections(cursorsHaveBounds, files)).toEqual(
      Object.keys(files).map((file) => expect.stringContaining(`${file}:1 a cursor without a bound`)),
    );
  });

  it('accepts a bound beside the OR of a cursor, a comparison of rows, and an OR that is no position', async () => {
    const files = {
      'packages/domain/src/a.ts': 'export const w = { at: { lte: a }, OR: [{ at: { lt: a } }, { id: { lt: b } }] };',
      'packages/domain/src/b.ts': "tx.query('SELECT 1 FROM t WHERE (at, id) < ($1, $2)');",
      'packages/domain/src/c.ts': 'export const w = { OR: [{ holder: a }, { holder: null }] };',
      'packages/domain/src/d.ts': "tx.query('UPDATE t SET a = 1 WHERE (h = $3 OR u IS NULL OR u < now())');",
    };
    expect(await objections(cursorsHaveBounds, files)).toEqual([]);
  });
});
