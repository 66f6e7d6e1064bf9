/**
 * Whether a GraphQL request only queries. The answer is for a proxy that forwards the bytes unchanged, so a request that two
 * servers could read differently (a member twice, another spelling of its name, a document in two places) is none.
 */
import { Kind, parse } from 'graphql';

/** Longer documents are not read: no tool writes one, and parsing is on the way of every request. */
const CHARACTERS_MAX = 256 * 1024;
const TOKENS_MAX = 10_000;

/** The members of a request. @see https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters */
const MEMBERS = new Set(['query', 'variables', 'operationName', 'extensions']);

/** Null when the request only queries, otherwise the reason why it does not count as a read. */
export type ReasonNotRead = string | null;

/** A POST with a body of `application/json`, and no parameters in its URL. */
export function checkGraphqlBody(body: string): ReasonNotRead {
  if (body.length > CHARACTERS_MAX) return 'the GraphQL request is too long to be read';
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    return 'the body is not JSON';
  }
  if (Array.isArray(request)) return 'a batch of GraphQL requests is not a read';
  if (typeof request !== 'object' || request === null) return 'the body is not a GraphQL request';
  const names = memberNames(body);
  const strange = names.find((name) => !MEMBERS.has(name));
  if (strange !== undefined) return `a GraphQL request has no member ${JSON.stringify(strange.slice(0, 40))}`;
  if (new Set(names).size !== names.length) return 'a member of the GraphQL request is there twice';
  return 'query' in request && typeof request.query === 'string'
    ? checkDocument(request.query)
    : 'the GraphQL request has no document';
}

/** A GET with its document in the parameter `query`. */
export function checkGraphqlParameters(parameters: URLSearchParams): ReasonNotRead {
  const names = [...parameters.keys()];
  if (names.some((name) => !MEMBERS.has(name))) return 'a GraphQL request has no other parameters';
  if (new Set(names).size !== names.length) return 'a parameter of the GraphQL request is there twice';
  const document = parameters.get('query');
  return document === null ? 'the GraphQL request has no document' : checkDocument(document);
}

/** Every operation counts, also those that `operationName` does not choose: servers differ in how they choose. */
function checkDocument(text: string): ReasonNotRead {
  if (text.length > CHARACTERS_MAX) return 'the GraphQL request is too long to be read';
  let operations = 0;
  try {
    for (const definition of parse(text, { maxTokens: TOKENS_MAX, noLocation: true }).definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) continue;
      if (definition.kind !== Kind.OPERATION_DEFINITION) return 'the document defines a schema';
      if (definition.operation !== 'query') return `the document has a ${definition.operation}`;
      operations += 1;
    }
  } catch {
    return 'the document cannot be parsed';
  }
  return operations === 0 ? 'the document has no operation' : null;
}

/** The names of an object's members in their order, repeated ones included, which `JSON.parse` drops. `text` is JSON. */
function memberNames(text: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === '"') {
      const end = endOfString(text, at);
      // In JSON a string before a colon is a member's name, and nothing else is.
      if (depth === 1 && nextCharacter(text, end) === ':') names.push(String(JSON.parse(text.slice(at, end))));
      at = end - 1;
    }
  }
  return names;
}

/** The place behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** The next character that is no white space. */
function nextCharacter(text: string, from: number): string | undefined {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at += 1;
  return text[at];
}
