import { AppError } from '@patchbay/foundation';

const ANNOTATION = 'x-mcp-header';
/** A field name of HTTP. @see RFC 9110 §5.1 */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const PRIMITIVE: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);
/** Keywords whose members have names of the author's, each with a schema. */
const NAMED_SCHEMAS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);
/** Keywords whose values are data. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

/**
 * Checks the parameters that clients mirror into headers `Mcp-Param-…`. Clients drop a tool with an annotation against
 * the rules, without a message to its author: that is why the deploy reports it. For input schemas that `checkSchema`
 * bounded.
 *
 * @throws AppError `deploy.mirrored_parameter_invalid` with the path of the annotation
 * @see 2026-07-28 basic/transports/streamable-http, "Schema Extension"
 */
export function checkMirroredParameters(inputSchema: unknown, place: string): void {
  visit(inputSchema, { place, isRoot: true, isReachable: true, seen: new Map() });
}

interface Visit {
  readonly place: string;
  readonly isRoot: boolean;
  /** Whether only `properties` lead here from the root. */
  readonly isReachable: boolean;
  /** The path of each header, by its name in lower case. */
  readonly seen: Map<string, string>;
}

function visit(schema: unknown, at: Visit): void {
  if (Array.isArray(schema)) {
    schema.forEach((item, index) => {
      visit(item, { ...at, place: `${at.place}.${index}`, isRoot: false, isReachable: false });
    });
    return;
  }
  if (!isObject(schema)) return;
  if (Object.hasOwn(schema, ANNOTATION)) checkAnnotation(schema, at);
  for (const [keyword, value] of Object.entries(schema)) {
    if (DATA.has(keyword) || keyword === ANNOTATION) continue;
    const place = `${at.place}.${keyword}`;
    if (!NAMED_SCHEMAS.has(keyword) || !isObject(value)) {
      visit(value, { ...at, place, isRoot: false, isReachable: false });
      continue;
    }
    const isReachable = at.isReachable && keyword === 'properties';
    for (const [name, inner] of Object.entries(value)) {
      visit(inner, { ...at, place: `${place}.${name}`, isRoot: false, isReachable });
    }
  }
}

function checkAnnotation(schema: Record<string, unknown>, { place, isRoot, isReachable, seen }: Visit): void {
  const header = schema[ANNOTATION];
  const here = `${place}.${ANNOTATION}`;
  if (isRoot || !isReachable) throw invalid(here, 'is where clients do not find it: only `properties` may lead there');
  if (typeof header !== 'string' || !TOKEN.test(header)) throw invalid(here, 'is not the name of an HTTP header');
  if (!PRIMITIVE.has(schema.type)) throw invalid(here, 'is at a parameter that is no string, integer or boolean');
  const other = seen.get(header.toLowerCase());
  if (other !== undefined) throw invalid(here, `names the header of ${other} again`);
  seen.set(header.toLowerCase(), here);
}

function invalid(place: string, reason: string): AppError {
  return new AppError('deploy.mirrored_parameter_invalid', { detail: `${place} ${reason}.`, data: { place } });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
