/**
 * Schemas of input from outside, so that every accepted value can be stored. Every endpoint, form, command and deploy
 * step builds its schemas from these; `findPlainInputs` finds schemas that do not.
 */
import { z } from 'zod';
import { ID_PREFIXES, type IdKind, idPattern } from './ids.ts';
import { textProblem } from './text-problem.ts';

/** Largest value of PostgreSQL's `integer`, which our numbers are stored in. */
const INTEGER_MAX = 2_147_483_647;
const INTEGER_MIN = -2_147_483_648;

/** One object for all texts, by which a schema is known to come from here. */
const STORABLE = z.refine<string>((text) => textProblem(text) === null, {
  error: ({ input }) => textProblem(String(input)) ?? 'cannot be stored',
  // A NUL would pass the checks that follow, and may be quoted by their messages.
  abort: true,
});

/** Text that can be stored and sent on unchanged. Bound it: `text().min(1).max(64)`. */
export function text(): z.ZodString {
  return z.string().check(STORABLE);
}

/** An e-mail address, at most 254 characters (RFC 5321 §4.5.3.1.3, less the angle brackets). */
export function emailAddress(message = 'is not an e-mail address'): z.ZodEmail {
  return z.email(message).check(STORABLE).max(254);
}

/** The id of a record: its prefix and 26 characters. The record need not exist. */
export function idOf(kind: IdKind): z.ZodString {
  const prefix = `${ID_PREFIXES[kind]}_`;
  return text()
    .regex(idPattern(kind), `is not an id that begins with ${prefix}`)
    .meta({ description: `\`${prefix}\` id.` });
}

/** A whole number that a column can hold. @param min and max inclusive, within PostgreSQL's `integer` */
export function integer({ min = INTEGER_MIN, max = INTEGER_MAX } = {}): z.ZodInt {
  return z.int().min(min).max(max);
}

/** One object for all numbers of documents, by which such a schema is known to come from here. */
const FINITE = z.refine<number>((value) => Number.isFinite(value), { error: 'is not a finite number' });

/** Any number that a JSON document can hold: for values that are kept in a document, not in a column of their own. */
export function documentNumber(): z.ZodNumber {
  return z.number().check(FINITE);
}

/** A whole number in a path or a query, where it is decimal digits: no sign, space, fraction, exponent or `0x`. */
export function integerParameter(bounds: { readonly min: number; readonly max?: number }) {
  return z.preprocess(fromDigits, integer(bounds));
}

function fromDigits(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
}

/**
 * Paths of everything in a schema that takes in more than a column can hold: texts and numbers that are not made of the
 * functions above, and values without a schema. Outside of tests it runs once per schema, when it is defined.
 */
export function findPlainInputs(schema: z.core.$ZodType, path: readonly string[] = []): string[] {
  const { def } = schema._zod;
  const named = () => [`${path.join('.') || '(all)'} (${def.type})`];
  // Narrowed by `type`, which distinguishes zod's own definitions.
  const known = def as z.core.$ZodTypes['_zod']['def'];
  switch (known.type) {
    case 'string':
      return known.checks?.some((check) => Object.is(check, STORABLE)) ? [] : named();
    case 'number':
      return isInteger(schema) || known.checks?.some((check) => Object.is(check, FINITE)) ? [] : named();
    case 'boolean':
    case 'enum':
    case 'literal':
    case 'null':
    case 'undefined':
    case 'never':
      return [];
    case 'object':
      return Object.entries(known.shape).flatMap(([name, inner]) => findPlainInputs(inner, [...path, name]));
    case 'array':
      return findPlainInputs(known.element, [...path, '[]']);
    case 'record':
      return [known.keyType, known.valueType].flatMap((inner) => findPlainInputs(inner, [...path, '{}']));
    case 'union':
      return known.options.flatMap((inner) => findPlainInputs(inner, path));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
      return findPlainInputs(known.innerType, path);
    case 'pipe':
      // The output counts. A transformation has no schema of its output, so its input counts there.
      return findPlainInputs(known.out._zod.def.type === 'transform' ? known.in : known.out, path);
    default:
      return named();
  }
}

function isInteger(schema: z.core.$ZodType): boolean {
  if (!(schema instanceof z.ZodNumber) || !schema.isInt) return false;
  const { minValue, maxValue } = schema;
  return minValue !== null && maxValue !== null && minValue >= INTEGER_MIN && maxValue <= INTEGER_MAX;
}
