import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { documentNumber, emailAddress, findPlainInputs, idOf, integer, integerParameter, text } from './border.ts';
import { newId } from './ids.ts';

const messageOf = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues.map((i) => i.message);

describe('text', () => {
  it('refuses text with a NUL or half of a surrogate pair, and names the fault', () => {
    expect(messageOf(text(), 'a\0b')).toEqual(['holds a NUL character (U+0000)']);
    expect(messageOf(text(), '\udc00a')?.[0]).toMatch(/half of a surrogate pair/);
    expect(messageOf(emailAddress(), 'a\0@b.example')).not.toBeUndefined();
  });

  it('accepts text without a NUL unchanged, also with more checks after it', () => {
    const bounded = text().max(1000);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (given) => {
        fc.pre(!given.includes('\0'));
        expect(bounded.parse(given)).toBe(given);
      }),
    );
  });

  it('accepts exactly the text that PostgreSQL and UTF-8 can hold', () => {
    const any = text();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (given) => {
        const survives = !given.includes('\0') && Buffer.from(given).toString('utf8') === given;
        expect(any.safeParse(given).success).toBe(survives);
      }),
    );
  });
});

describe('an integer', () => {
  it.each([2_147_483_648, -2_147_483_649, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null])(
    'an integer is refused when it is %s',
    (value) => expect(integer().safeParse(value).success).toBe(false),
  );

  it.each(['', ' 1', '1 ', '+1', '-1', '0x10', '1e3', '1.0', '2147483648', '99999999999', '１'])(
    'an integer in an address is refused when it is written "%s"',
    (value) => expect(integerParameter({ min: 0 }).safeParse(value).success).toBe(false),
  );

  it('an integer in an address is read from its digits', () => {
    expect(integerParameter({ min: 1, max: 200 }).parse('200')).toBe(200);
  });
});

describe('a number of a document', () => {
  it('is refused when no JSON document can hold it, and accepted otherwise', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
      expect(documentNumber().safeParse(value).success).toBe(false);
    }
    for (const value of [0.1, -5e300]) expect(documentNumber().parse(value)).toBe(value);
    expect(findPlainInputs(z.object({ bound: documentNumber().optional() }))).toEqual([]);
  });
});

describe('an id', () => {
  it('an id is refused when it is of another kind, and accepted when it is of its own', () => {
    expect(messageOf(idOf('apiKey'), newId('connector'))).toEqual(['is not an id that begins with key_']);
    expect(idOf('apiKey').safeParse(newId('apiKey')).success).toBe(true);
  });
});

describe('findPlainInputs', () => {
  it('finds texts and numbers without a bound of the platform, and values without a schema', () => {
    const schema = z.object({
      plain: z.string().max(3),
      number: z.number().int(),
      positive: z.int().positive(),
      coerced: z.coerce.number(),
      list: z.array(z.email()),
      free: z.record(text(), z.unknown()).optional(),
    });
    expect(findPlainInputs(schema)).toEqual([
      'plain (string)',
      'number (number)',
      'positive (number)',
      'coerced (number)',
      'list.[] (string)',
      'free.{} (unknown)',
    ]);
  });

  it('finds no plain input in a schema of bounded types, however they are wrapped', () => {
    const schema = z
      .object({
        name: text().trim().min(1).max(80).meta({ description: 'x' }).optional(),
        email: emailAddress(),
        id: idOf('member').nullable(),
        limit: integerParameter({ min: 1, max: 200 }).default(50),
        version: integer({ min: 1 }),
        flag: z.stringbool().default(true),
        role: z.enum(['a', 'b']).default('a'),
        upper: text().transform((value) => value.toUpperCase()),
      })
      .partial()
      .refine(() => true);
    expect(findPlainInputs(schema)).toEqual([]);
  });
});
