/** The OpenAPI 3.1 document of the admin API: a pure function of the endpoint table. */
import { z } from 'zod';
import { ADMIN_API_PATH } from '../http/admin-resource.ts';
import { Problem } from '../http/render-problem.ts';
import { type EndpointSpec, reasonForNone } from './definition/endpoint-spec.ts';

type Json = Record<string, unknown>;

export const API_BASE = ADMIN_API_PATH;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly paths: Record<string, Record<string, Json>>;
  readonly components: Json;
}

/** Named schemas are collected on the way, so that each appears once below `components`. */
class SchemaCollector {
  readonly schemas: Record<string, unknown> = {};

  /** JSON Schema 2020-12 of a zod schema; `input` is what callers send, `output` what they get. */
  add(schema: z.ZodType, io: 'input' | 'output'): Json {
    // The result of toJSONSchema is JSON, and so are its definitions.
    const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as Json;
    // JSON again.
    for (const [id, definition] of Object.entries(($defs ?? {}) as Json)) this.#name(id, definition as Json);
    // An object stays one.
    return pointAtComponents(rest) as Json;
  }

  #name(id: string, definition: Json) {
    const { id: _, ...named } = definition;
    this.schemas[id] = pointAtComponents(named);
  }
}

function pointAtComponents(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(pointAtComponents);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, value.replace('#/$defs/', '#/components/schemas/')]
        : [key, pointAtComponents(value)],
    ),
  );
}

/** @param version of the product, shown in `info` */
export function renderOpenApi(endpoints: Readonly<Record<string, EndpointSpec>>, version: string): OpenApiDocument {
  const collector = new SchemaCollector();
  const problem = collector.add(Problem, 'output');
  const paths: OpenApiDocument['paths'] = {};
  for (const [operationId, endpoint] of Object.entries(endpoints)) {
    const path = `${API_BASE}${endpoint.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(operationId, endpoint, collector) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Patchbay admin API',
      version,
      description:
        'Everything the dashboard and the command line do. Errors are problems (RFC 9457) with a code from the catalogue. No text may hold U+0000 or half of a surrogate pair, and no whole number exceeds 2147483647.',
    },
    servers: [{ url: '/', description: 'This installation' }],
    paths,
    components: {
      schemas: sorted(collector.schemas),
      responses: {
        Problem: { description: 'A problem', content: { 'application/problem+json': { schema: problem } } },
      },
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of kind admin or deploy.' },
        session: { type: 'apiKey', in: 'cookie', name: 'patchbay_session', description: 'A signed-in browser.' },
      },
    },
  };
}

function operation(operationId: string, endpoint: EndpointSpec, collector: SchemaCollector): Json {
  const body = requestBody(endpoint, collector);
  return {
    operationId,
    summary: endpoint.summary,
    tags: [endpoint.tag],
    description: describe(endpoint),
    security: [{ apiKey: [] }, { session: [] }],
    parameters: [
      ...parameters(endpoint.params, 'path', collector),
      ...parameters(endpoint.query, 'query', collector),
      ...(endpoint.idempotent
        ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 255 } }]
        : []),
    ],
    ...(body && { requestBody: body }),
    responses: { [endpoint.status]: answer(endpoint, collector), default: { $ref: '#/components/responses/Problem' } },
  };
}

function describe(endpoint: EndpointSpec): string {
  const noPermission = reasonForNone(endpoint.permission);
  const noAudit = reasonForNone(endpoint.audit);
  return [
    noPermission ? `Permission: none (${noPermission}).` : `Permission: \`${endpoint.permission}\`.`,
    noAudit ? `Audit: none (${noAudit}).` : `Audit: \`${endpoint.audit}\`.`,
  ].join(' ');
}

function parameters(schema: z.ZodObject, place: 'path' | 'query', collector: SchemaCollector): Json[] {
  const object = collector.add(schema, 'input');
  // JSON Schema: a list of names, and an object of schemas.
  const required = new Set((object.required ?? []) as string[]);
  // Each of them an object.
  const properties = (object.properties ?? {}) as Record<string, Json>;
  return Object.entries(properties).map(([name, { description, ...rest }]) => {
    // A coerced parameter accepts anything on the wire; what it must look like is what comes out. The properties are
    // those of the shape, and their schemas are JSON.
    const out = z.toJSONSchema(schema.shape[name] as z.ZodType, { io: 'output' }) as Json;
    const { $schema: _, $defs: __, id: ___, description: ____, ...coerced } = out;
    return {
      name,
      in: place,
      required: place === 'path' || required.has(name),
      ...(description ? { description } : {}),
      // A value parsed from digits has its default on the way out only.
      schema: {
        ...(rest.type || rest.$ref || rest.enum ? { ...rest, ...(coerced.type === 'boolean' && coerced) } : coerced),
        ...(coerced.default !== undefined && { default: coerced.default }),
      },
    };
  });
}

function requestBody(endpoint: EndpointSpec, collector: SchemaCollector): Json | null {
  if (endpoint.upload) {
    const content = endpoint.upload.contentTypes.map((type) => [
      type,
      { schema: { type: 'string', format: 'binary' } },
    ]);
    return { required: true, content: Object.fromEntries(content) };
  }
  if (!endpoint.body) return null;
  return { required: true, content: { 'application/json': { schema: collector.add(endpoint.body, 'input') } } };
}

function answer(endpoint: EndpointSpec, collector: SchemaCollector): Json {
  if (endpoint.events) {
    const events = Object.entries(endpoint.events).map(([name, schema]) => {
      // A named schema is a reference that names it.
      return `\`${name}\`: ${(collector.add(schema, 'output').$ref as string | undefined) ?? 'object'}`;
    });
    return {
      description: `Server-sent events. ${events.join('; ')}`,
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    };
  }
  if (endpoint.download) {
    return {
      description: 'The bytes',
      content: { [endpoint.download]: { schema: { type: 'string', format: 'binary' } } },
    };
  }
  if (!endpoint.reply) return { description: 'Done' };
  return {
    description: 'The answer',
    content: { 'application/json': { schema: collector.add(endpoint.reply, 'output') } },
  };
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
