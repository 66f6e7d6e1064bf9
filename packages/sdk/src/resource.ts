import type { ReadResourceResult } from '@modelcontextprotocol/server';
import type { Context } from './context.ts';

/** The names between braces of a URI template: `orders://{id}/items{?page}` → `'id' | 'page'`. */
export type TemplateVariable<Uri extends string> = Uri extends `${string}{${infer Expression}}${infer Rest}`
  ? VariableNames<WithoutOperator<Expression>> | TemplateVariable<Rest>
  : never;
type WithoutOperator<Expression extends string> =
  Expression extends `${'+' | '#' | '.' | '/' | ';' | '?' | '&'}${infer Names}` ? Names : Expression;
type VariableNames<Names extends string> = Names extends `${infer First},${infer Rest}`
  ? WithoutModifier<First> | VariableNames<Rest>
  : WithoutModifier<Names>;
type WithoutModifier<Name extends string> = Name extends `${infer Bare}*` ? Bare : Name;

/** Variables of the template that was asked for; several values of one variable are joined with commas. */
export type ResourceVariables<Uri extends string> = { readonly [Name in TemplateVariable<Uri>]: string };

/** A text, bytes, any JSON value, or the protocol's own shape `{ contents }`. */
export type ResourceReturn = string | Uint8Array | object;

export interface ListedResource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

export interface ResourceDefinition<Uri extends string> {
  /** A URI (`weather://stations`) or a URI template of RFC 6570 (`weather://stations/{id}`). */
  readonly uri: Uri;
  readonly title?: string;
  readonly description?: string;
  /** Default: `text/plain` for texts, `application/json` for values, `application/octet-stream` for bytes. */
  readonly mimeType?: string;
  /** The resources a template matches, when they can be listed. */
  list?(context: Context): Promise<readonly ListedResource[]> | readonly ListedResource[];
  /** Suggestions for a variable of the template, for what was typed so far; at most 100 are sent. */
  readonly complete?: { readonly [Name in TemplateVariable<Uri>]?: (typed: string) => Promise<string[]> | string[] };
  /** Reads it. A thrown error is the answer to the caller. */
  read(variables: ResourceVariables<Uri>, context: Context): Promise<ResourceReturn> | ResourceReturn;
}

/** A resource ready to be put into `resources` of `defineConnector`, where its key is its name. */
export interface Resource {
  readonly kind: 'resource';
  readonly uri: string;
  readonly isTemplate: boolean;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly mimeType: string | undefined;
  readonly complete: Readonly<Record<string, (typed: string) => Promise<string[]> | string[]>>;
  readonly list: ((context: Context) => Promise<readonly ListedResource[]>) | undefined;
  read(
    uri: string,
    variables: Readonly<Record<string, string | string[]>>,
    context: Context,
  ): Promise<ReadResourceResult>;
}

/**
 * Describes a resource: data a client can attach to a conversation. The variables of a template are typed from its text.
 *
 * @example
 * resource({
 *   uri: 'orders://{id}',
 *   description: 'One order with its lines.',
 *   read: ({ id }, { fetch }) => loadOrder(id, fetch),
 * })
 */
export function resource<const Uri extends string>(definition: ResourceDefinition<Uri>): Resource {
  const { list } = definition;
  return {
    kind: 'resource',
    uri: definition.uri,
    isTemplate: definition.uri.includes('{'),
    title: definition.title,
    description: definition.description,
    mimeType: definition.mimeType,
    // The mapped type has one function per variable; by name it is this record.
    complete: (definition.complete ?? {}) as Resource['complete'],
    list: list && (async (context) => list(context)),
    async read(uri, variables, context) {
      const flat = Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
      );
      // The server matched the URI against the template these names come from.
      const value = await definition.read(flat as ResourceVariables<Uri>, context);
      return renderResource(uri, value, definition.mimeType);
    },
  };
}

function renderResource(uri: string, value: ResourceReturn, mimeType: string | undefined): ReadResourceResult {
  if (typeof value === 'string') return { contents: [{ uri, mimeType: mimeType ?? 'text/plain', text: value }] };
  if (value instanceof Uint8Array) {
    // Node's Buffer is there in every sandbox; the type is kept out of the public API.
    const blob = Buffer.from(value).toString('base64');
    return { contents: [{ uri, mimeType: mimeType ?? 'application/octet-stream', blob }] };
  }
  if (isReadResult(value)) return value;
  return { contents: [{ uri, mimeType: mimeType ?? 'application/json', text: JSON.stringify(value) }] };
}

function isReadResult(value: object): value is ReadResourceResult {
  return (
    'contents' in value &&
    Array.isArray(value.contents) &&
    value.contents.every((item) => typeof item?.uri === 'string')
  );
}
