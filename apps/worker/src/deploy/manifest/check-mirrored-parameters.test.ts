import { describe, expect, it } from 'vitest';
import { checkMirroredParameters } from './check-mirrored-parameters.ts';

const object = (properties: object, rest: object = {}) => ({ type: 'object', properties, ...rest });
const region = (rest: object = {}) => ({ type: 'string', 'x-mcp-header': 'Region', ...rest });

describe('a parameter that clients mirror into a header', () => {
  it.each<[string, unknown, string]>([
    ['without a name', object({ a: region({ 'x-mcp-header': '' }) }), 't.properties.a.x-mcp-header '],
    ['whose name is no text', object({ a: region({ 'x-mcp-header': true }) }), 't.properties.a.x-mcp-header '],
    ['whose name holds a space', object({ a: region({ 'x-mcp-header': 'My Region' }) }), 't.properties.a'],
    ['whose name holds a line break', object({ a: region({ 'x-mcp-header': 'Region\r\nX: y' }) }), 't.properties.a'],
    ['whose name is not ASCII', object({ a: region({ 'x-mcp-header': 'Größe' }) }), 't.properties.a'],
    ['of type number', object({ a: region({ type: 'number' }) }), 't.properties.a'],
    ['of type object', object({ a: region({ type: 'object' }) }), 't.properties.a'],
    ['of no type', object({ a: { 'x-mcp-header': 'Region' } }), 't.properties.a'],
    ['of two types', object({ a: region({ type: ['string', 'null'] }) }), 't.properties.a'],
    [
      'whose name another one has, in other letters',
      object({ a: region(), b: object({ c: region({ 'x-mcp-header': 'REGION' }) }) }),
      't.properties.b.properties.c.x-mcp-header names the header of t.properties.a',
    ],
    ['at the root', { type: 'object', 'x-mcp-header': 'Region' }, 't.x-mcp-header '],
    ['in the items of a list', object({ a: { type: 'array', items: region() } }), 't.properties.a.items'],
    ['in a choice', object({ a: { anyOf: [region()] } }), 't.properties.a.anyOf.0'],
    ['in a condition', object({}, { if: object({ a: region() }) }), 't.if.properties.a'],
    ['in a definition', object({ a: { $ref: '#/$defs/a' } }, { $defs: { a: region() } }), 't.$defs.a'],
    ['under a pattern', object({}, { patternProperties: { '^a': region() } }), 't.patternProperties.^a'],
    ['below additional properties', object({}, { additionalProperties: region() }), 't.additionalProperties'],
  ])('a mirrored parameter %s is refused at its place', (_what, schema, place) => {
    expect(() => checkMirroredParameters(schema, 't')).toThrow(
      expect.objectContaining({
        code: 'deploy.mirrored_parameter_invalid',
        detail: expect.stringContaining(place),
      }),
    );
  });

  it('a mirrored parameter may be any string, integer or boolean that properties alone lead to', () => {
    const page = object({ size: { type: 'integer', 'x-mcp-header': 'Page-Size' } });
    const schema = object({ region: region(), page, dry: { type: 'boolean', 'x-mcp-header': 'Dry' } });
    expect(() => checkMirroredParameters(schema, 't')).not.toThrow();
  });

  it('a property called x-mcp-header, or data that looks like one, is not a mirrored parameter', () => {
    const data = { default: region(), examples: [region()], enum: [region()] };
    expect(() => checkMirroredParameters(object({ 'x-mcp-header': { type: 'number' }, a: data }), 't')).not.toThrow();
  });
});
