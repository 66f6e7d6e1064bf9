// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the fixtures are code, and that is what the rule looks for
import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { sqlIsParameterized } from './sql-is-parameterized.ts';

describe('sql-is-parameterized', () => {
  it.each([
    ['a template with values', 'tx.query(`SELECT 1 FROM t WHERE id = ${id}`);'],
    ['a concatenation', "client.query('SELECT ' + name);"],
    ['the text of a query object', 'client.query({ text: `SELECT ${name}`, values: [] });'],
    ['the unsafe Prisma call', "prisma.$queryRawUnsafe('SELECT 1');"],
  ])('refuses SQL in %s', async (_, text) => {
    expect(await objections(sqlIsParameterized, { 'packages/domain/src/a.ts': text })).toHaveLength(1);
  });

  it('accepts SQL with parameters, and an identifier with its reason', async () => {
    const text = [
      "tx.query('SELECT 1 FROM t WHERE id = $1', [id]);",
      'tx.query(`SELECT 1`);',
      'tx.query(`SELECT ${COLUMNS} FROM t`);',
      'tx.query(`GRANT ALL ON DATABASE ${pg.escapeIdentifier(name)} TO x`);',
      "tx.query('SELECT 1 ' + 'FROM t');",
      '// sql: a role name cannot be a parameter; it is one of our three constants, quoted',
      'client.query(`CREATE ROLE ${role}`);',
    ].join('\n');
    expect(await objections(sqlIsParameterized, { 'packages/domain/src/a.ts': text })).toEqual([]);
  });
});
