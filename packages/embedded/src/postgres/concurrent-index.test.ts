import { describe, expect, it } from 'vitest';
import { indexBuiltBy } from './concurrent-index.ts';

describe('indexBuiltBy', () => {
  it.each([
    'CREATE INDEX plain ON app.one(id);',
    'DROP INDEX CONCURRENTLY app.one_id;',
    'CREATE TABLE one (id int); CREATE INDEX CONCURRENTLY one_id ON one(id);',
    'CREATE INDEX CONCURRENTLY one_id ON one(id); DROP TABLE two;',
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS one_id ON one(id);',
    '',
  ])('no migration but one that builds a single named index aside can be repeated: %j', (sql) => {
    expect(indexBuiltBy(sql)).toBeNull();
  });

  it.each([
    ['CREATE INDEX CONCURRENTLY one_id ON one (id)', 'one_id'],
    ['-- Why.\n-- More.\nCREATE UNIQUE INDEX CONCURRENTLY one_key ON app.one(id, at);\n', 'app.one_key'],
    ['CREATE INDEX CONCURRENTLY one_open ON app.one(lower(id)) WHERE ended_at IS NULL;', 'app.one_open'],
  ])('names the index of %j', (sql, index) => {
    expect(indexBuiltBy(sql)).toBe(index);
  });
});
