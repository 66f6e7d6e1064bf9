import { AppError } from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';

const BYTES_MAX = DEPLOY_LIMITS.schema.value;
const DEPTH_MAX = DEPLOY_LIMITS.schemaDepth.value;
const PATTERN_LENGTH_MAX = DEPLOY_LIMITS.pattern.value;

/** A regular expression of a schema, and its path. Not checked yet: a sandbox does that. */
export interface FoundPattern {
  readonly place: string;
  readonly pattern: string;
}

/**
 * Bounds a JSON Schema a connector brought along. Validators compile it for every call, so one that is huge or deep
 * would cost others; a reference to another document would be fetched.
 *
 * @returns its patterns, except those zod writes itself; each with its path: `tools.search.inputSchema.properties.q`
 * @throws AppError `deploy.schema_invalid`, `deploy.schema_network_reference`, with the path
 */
export function checkSchema(schema: unknown, place: string): readonly FoundPattern[] {
  if (!isObject(schema)) throw invalid(place, 'is not an object');
  if (schema.type !== 'object') throw invalid(`${place}.type`, 'is not "object"');
  const patterns: FoundPattern[] = [];
  // Depth first: what is too deep cannot be written as text either.
  visit(schema, { place, depth: 1, patterns });
  const bytes = Buffer.byteLength(JSON.stringify(schema));
  if (bytes > BYTES_MAX) throw invalid(place, `has ${bytes} bytes; ${BYTES_MAX} are allowed`);
  return patterns;
}

interface Visit {
  readonly place: string;
  readonly depth: number;
  readonly patterns: FoundPattern[];
}

function visit(node: unknown, { place, depth, patterns }: Visit): void {
  if (depth > DEPTH_MAX) throw invalid(place, `is nested deeper than ${DEPTH_MAX}`);
  if (Array.isArray(node)) {
    node.forEach((item, index) => {
      visit(item, { place: `${place}.${index}`, depth: depth + 1, patterns });
    });
    return;
  }
  if (!isObject(node)) return;
  for (const [key, value] of Object.entries(node)) {
    const here = `${place}.${key}`;
    if (DATA_KEYWORDS.has(key)) continue;
    if (REFERENCES.has(key) && typeof value === 'string') checkReference(value, here);
    if (key === 'pattern' && typeof value === 'string') patterns.push(...unknownPattern(value, here));
    if (key === 'patternProperties' && isObject(value)) {
      for (const pattern of Object.keys(value)) patterns.push(...unknownPattern(pattern, here));
    }
    visit(value, { place: here, depth: depth + 1, patterns });
  }
}

/** Their values are data, not schemas; the size of the whole bounds them. */
const DATA_KEYWORDS = new Set(['const', 'enum', 'default', 'examples']);
const REFERENCES = new Set(['$ref', '$dynamicRef', '$recursiveRef']);

function checkReference(target: string, place: string): void {
  if (target.startsWith('#')) return;
  throw new AppError('deploy.schema_network_reference', {
    detail: `${place} refers to ${JSON.stringify(target.slice(0, 200))}.`,
    data: { place },
  });
}

function unknownPattern(pattern: string, place: string): FoundPattern[] {
  if (pattern.length > PATTERN_LENGTH_MAX) throw invalid(place, `is longer than ${PATTERN_LENGTH_MAX} characters`);
  return KNOWN_PATTERNS.has(pattern) ? [] : [{ place, pattern }];
}

/** Patterns zod writes for its own formats. They are reviewed upstream; the cautious check refuses some of them. */
const KNOWN_PATTERNS: ReadonlySet<string> = new Set(
  [
    z.email(),
    z.url(),
    z.uuid(),
    z.guid(),
    z.cuid(),
    z.cuid2(),
    z.ulid(),
    z.xid(),
    z.ksuid(),
    z.nanoid(),
    z.ipv4(),
    z.ipv6(),
    z.cidrv4(),
    z.cidrv6(),
    z.base64(),
    z.base64url(),
    z.e164(),
    z.hostname(),
    z.emoji(),
    z.iso.date(),
    z.iso.time(),
    z.iso.datetime(),
    z.iso.datetime({ offset: true }),
    z.iso.datetime({ local: true }),
    z.iso.datetime({ offset: true, local: true }),
    z.iso.duration(),
  ].flatMap((schema) => {
    const { pattern } = z.toJSONSchema(schema, { unrepresentable: 'any' });
    return pattern === undefined ? [] : [pattern];
  }),
);

function invalid(place: string, reason: string): AppError {
  return new AppError('deploy.schema_invalid', { detail: `${place} ${reason}.`, data: { place } });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
