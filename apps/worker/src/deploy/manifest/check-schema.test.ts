import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkSchema } from './check-schema.ts';

const object = (properties: object, rest: object = {}) => ({ type: 'object', properties, ...rest });
const nested = (levels: number): object => (levels === 0 ? {} : { not: nested(levels - 1) });
const deep = (levels: number): unknown => {
  let schema: unknown = {};
  for (let level = 0; level < levels; level += 1) schema = { not: schema };
  return schema;
};

describe('a schema of a connector', () => {
  it.each<[string, unknown, string, string]>([
    ['a text', 'object', 'deploy.schema_invalid', 't '],
    ['a list', [], 'deploy.schema_invalid', 't '],
    ['nothing', null, 'deploy.schema_invalid', 't '],
    ['of another type', { type: 'string' }, 'deploy.schema_invalid', 't.type '],
    ['of no type', {}, 'deploy.schema_invalid', 't.type '],
    ['over 64 KiB', object({ a: { description: 'x'.repeat(65 * 1024) } }), 'deploy.schema_invalid', 't '],
    ['of 33 levels', object(nested(32)), 'deploy.schema_invalid', 't.properties.not.'],
    ['of 100 000 levels', { ...object({}), not: deep(100_000) }, 'deploy.schema_invalid', 't.not.not.'],
    ['with a huge pattern', object({ q: { pattern: 'a'.repeat(2001) } }), 'deploy.schema_invalid', 't.properties.q'],
    [
      'with a reference to the network',
      object({ q: { $ref: 'https://evil.example/schema.json' } }),
      'deploy.schema_network_reference',
      't.properties.q.$ref ',
    ],
    [
      'with a relative reference',
      object({ q: { $dynamicRef: 'other.json#/x' } }),
      'deploy.schema_network_reference',
      't.properties.q.$dynamicRef ',
    ],
  ])('a schema (%s) is refused at its place', (_what, schema, code, place) => {
    expect(() => checkSchema(schema, 't')).toThrow(
      expect.objectContaining({ code, detail: expect.stringContaining(place) }),
    );
  });

  it('every pattern of a schema is collected with its place, unchecked', () => {
    const schema = object(
      { q: { pattern: '^(a+)+$' } },
      { patternProperties: { '(': {} }, $defs: { x: { items: [{ pattern: '(a*)*b' }] } } },
    );
    expect(checkSchema(schema, 't')).toEqual([
      { place: 't.properties.q.pattern', pattern: '^(a+)+$' },
      { place: 't.patternProperties', pattern: '(' },
      { place: 't.$defs.x.items.0.pattern', pattern: '(a*)*b' },
    ]);
  });

  it('a schema may refer to itself, hold data that looks like schemas, and use the patterns of zod', () => {
    const data = { enum: ['^(a+)+$'], default: { pattern: '^(a+)+$', $ref: 'https://example.com' } };
    const { properties = {} } = z.toJSONSchema(z.object({ email: z.email(), at: z.iso.datetime() }));
    const schema = object({ a: data, b: { $ref: '#/$defs/b' }, ...properties }, { $defs: { b: {} } });
    expect(checkSchema(schema, 't')).toEqual([]);
  });
});
