/** Requests from the OpenAPI document: mostly what an operation takes, and now and then something just beside it. */
import fc from 'fast-check';

/** As much of JSON Schema 2020-12 as the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly contentType: string | null;
  readonly body: Schema | null;
  readonly streams: boolean;
}

/** One request, as it goes over the wire. */
export interface FuzzedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | null;
}

type Schemas = Readonly<Record<string, Schema>>;
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Schemas };
};

/** The operations of the document in its order. */
export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      // The document is ours, and a test holds it to the endpoint table.
      const operation = described as {
        operationId: string;
        parameters: Parameter[];
        requestBody?: { content: Record<string, { schema: Schema }> };
        responses: Record<string, { content?: Record<string, unknown> }>;
      };
      const [content] = Object.entries(operation.requestBody?.content ?? {});
      return {
        operationId: operation.operationId,
        method: method.toUpperCase() as Operation['method'],
        path,
        parameters: operation.parameters,
        contentType: content?.[0] ?? null,
        body: content?.[1].schema ?? null,
        streams: Object.values(operation.responses).some(({ content: kinds }) => kinds?.['text/event-stream']),
      };
    }),
  );
}

/** Texts that have broken parsers, databases, logs and pages. */
const BAD_TEXTS = [
  ...['', ' ', '\0', 'a\0b', '\ud800', 'a\udfffb', '\ufeff', '\u202egnp', '😀', 'Ⅷ', 'ı', 'a'.repeat(70_000)],
  ...['__proto__', 'constructor', 'toString', '*', '%', '%00', '../..', "'; DROP TABLE x; --", '<script>', '{{7*7}}'],
  ...['\r\nx-evil: 1', '\u2028', '\x1b[2J', 'null', 'undefined', 'NaN', '-1', '2147483648', '1e999'],
];
const BAD_NUMBERS = [-1, 0, 0.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e21, 1e308, -0];
/** Segments of a path that are no text any more once they are decoded, or another path. */
const BAD_SEGMENTS = [
  '%00',
  'a%00b',
  '%2f',
  '..%2f',
  '.',
  '%2e%2e',
  '%25%30%30',
  ';',
  '@1',
  '%ff',
  '%ed%a0%80',
  '%',
  '%2',
];

const badValue = fc.oneof(
  fc.constantFrom<unknown>(...BAD_TEXTS, ...BAD_NUMBERS, null, true, [], {}, [[]], [null]),
  fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }),
);

/**
 * A made-up value in the form of a URL segment; JSON for objects, since one may have a `toString` that is no function.
 */
const inAddress = (value: unknown, length: number): string =>
  encodeURIComponent(
    (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, length).toWellFormed(),
  );

/** Values of this installation that are worth sending. */
export interface Known {
  /** Ids of both organizations: sent where the schema asks for such an id. */
  readonly ids: readonly string[];
  /** Sent wherever any text is allowed. None is of the other organization: a stored name is rightly shown again. */
  readonly texts: readonly string[];
}

/** Values of a schema. */
export class RequestArbitraries {
  readonly #schemas: Schemas;
  readonly #known: Known;

  constructor(document: Document, known: Known) {
    this.#schemas = document.components.schemas;
    this.#known = known;
  }

  /** @param named values that a parameter of this name is worth asking with */
  request(operation: Operation, named: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<FuzzedRequest> {
    const { parameters, body, contentType } = operation;
    const ofPath = parameters.filter((parameter) => parameter.in === 'path');
    const ofQuery = parameters.filter((parameter) => parameter.in === 'query');
    const segments = ofPath.map(({ name, schema }) => this.#segment(schema, named[name] ?? []));
    const query = ofQuery.map(({ name, schema }) => this.#queryParts(name, schema, named[name] ?? []));
    const payload = body === null ? fc.constant(null) : this.#payload(body, contentType ?? '');
    return fc
      .record({
        segments: fc.tuple(...segments),
        query: fc.tuple(...query),
        payload,
        key: fc.option(fc.constantFrom('once', 'a'.repeat(255), 'a'.repeat(256), 'é', ''), { freq: 8 }),
        type: mostly(
          fc.constant(contentType),
          fc.constantFrom('text/plain', 'application/xml', 'application/json;', ''),
        ),
      })
      .map(({ segments: given, query: asked, payload: sent, key, type }) => {
        let next = 0;
        const path = operation.path.replace(/\{\w+\}/g, () => given[next++] ?? '');
        const text = asked.flat().join('&');
        return {
          url: text === '' ? path : `${path}?${text}`,
          headers: {
            ...(key !== null && { 'idempotency-key': Buffer.from(key).toString('latin1') }),
            ...(sent !== null && type !== null && { 'content-type': type }),
          },
          payload: sent,
        };
      });
  }

  #segment(schema: Schema, named: readonly string[]): fc.Arbitrary<string> {
    const encoded = (value: unknown) => inAddress(value, 200);
    const good = named.length > 0 ? fc.constantFrom(...named) : this.valid(schema);
    return mostly(good.map(encoded), fc.oneof(fc.constantFrom(...BAD_SEGMENTS), badValue.map(encoded)));
  }

  #queryParts(name: string, schema: Schema, named: readonly string[]): fc.Arbitrary<string[]> {
    const good = named.length > 0 ? fc.oneof(fc.constantFrom(...named), this.valid(schema)) : this.valid(schema);
    const written = (value: unknown) => `${name}=${inAddress(value, 2_000)}`;
    const bad = fc.oneof(
      badValue.map(written),
      fc.constantFrom(
        ...BAD_SEGMENTS.map((segment) => `${name}=${segment}`),
        `${name}=1&${name}=2`,
        name,
        `${name}[x]=1`,
      ),
    );
    return fc.option(mostly(good.map(written), bad)).map((part) => (part === null ? [] : [part]));
  }

  #payload(schema: Schema, contentType: string): fc.Arbitrary<string> {
    if (contentType !== 'application/json') return fc.constantFrom('', 'PK\x03\x04', '\x1f\x8b', 'bytes');
    const json = mostly(this.near(schema), badValue).map((value) => JSON.stringify(value));
    return mostly(
      json,
      fc.constantFrom('', '{', 'null', '[]', '"\\ud800"', '{"name":"\\u0000"}', '{"a":1}{', '\ufeff{}'),
    );
  }

  /** Values that match the schema, with an invalid field now and then. */
  near(schema: Schema): fc.Arbitrary<unknown> {
    const resolved = this.#resolve(schema);
    if (!resolved.properties) return mostly(this.valid(resolved), badValue);
    const fields = Object.entries(resolved.properties).map(([name, inner]) => {
      const value = this.near(inner);
      const isRequired = resolved.required?.includes(name);
      return fc.option(value, { nil: undefined, freq: isRequired ? 20 : 2 }).map((given) => [name, given] as const);
    });
    return fc
      .tuple(
        fc.tuple(...fields),
        fc.option(fc.tuple(fc.constantFrom(...BAD_TEXTS.slice(0, 20)), badValue), { freq: 10 }),
      )
      .map(([given, extra]) => Object.fromEntries(extra ? [...given, extra] : given));
  }

  valid(schema: Schema): fc.Arbitrary<unknown> {
    const { anyOf, const: constant, enum: members, items, type, ...rest } = this.#resolve(schema);
    const { properties, additionalProperties: member } = rest;
    if (anyOf) return fc.oneof(...anyOf.map((inner) => this.valid(inner)));
    if (constant !== undefined) return fc.constant(constant);
    if (members) return fc.constantFrom(...members);
    switch (type) {
      case 'string':
        return this.#text(rest);
      case 'integer':
        return fc.integer({ min: rest.minimum ?? 0, max: Math.min(rest.maximum ?? 1_000, 2 ** 31 - 1) });
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(this.valid(items ?? {}), { maxLength: 4 });
      case 'object':
        if (properties || typeof member !== 'object') return properties ? this.near(schema) : fc.constant({});
        return fc.dictionary(fc.string({ maxLength: 40 }), this.valid(member), { maxKeys: 4 });
      default:
        return badValue;
    }
  }

  #text({ format, pattern, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
    if (format === 'email') return fc.emailAddress().filter((address) => address.length < 254);
    if (pattern) {
      const matching = new RegExp(pattern);
      const given = this.#known.ids.filter((id) => matching.test(id));
      const made = fc.stringMatching(matching, { maxLength: 64 });
      return given.length === 0 ? made : fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...given) }, made);
    }
    const short = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) });
    return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...this.#known.texts) }, { weight: 1, arbitrary: short });
  }

  #resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : (this.#schemas[name] ?? {});
  }
}

/** The first five times of six. */
function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: rare });
}
