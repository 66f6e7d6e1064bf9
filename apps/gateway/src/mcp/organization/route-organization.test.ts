import type { Endpoint } from '@patchbay/domain/endpoints';
import type { OrganizationNames } from '@patchbay/domain/joined-names';
import { isListMethod, type JsonObject, joinName, type McpRequest, own, viewManifest } from '@patchbay/mcp';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../context/answer.ts';
import type { Target } from '../context/call.ts';
import type { Principal } from '../context/principal.ts';
import { METHODS } from '../methods/index.ts';
import { pageOfOrganization } from '../methods/lists.ts';
import { type OrganizationView, type VisibleConnector, viewOrganization } from './organization-view.ts';

const PRINCIPAL: Principal = {
  kind: 'person',
  organizationId: 'org_a',
  user: null,
  roles: [],
  groups: [],
  clientId: null,
  credentialId: 'key_a',
  grantId: null,
  scopes: 'all',
  resource: '',
  limitKey: '',
};

function connector(slug: string, manifest: JsonObject): VisibleConnector {
  const endpoint = { connectorId: `con_${slug}`, connectorSlug: slug, resource: `/acme/${slug}/mcp` } as Endpoint; // all that is read here
  const view = viewManifest({ server: { name: slug }, ...manifest });
  return { endpoint, principal: PRINCIPAL, manifest: view, tools: view.tools };
}

/** As `loadNames` gives it: everything of these connectors, in their order. */
function record(connectors: readonly VisibleConnector[]): OrganizationNames {
  const named = (kind: 'tool' | 'prompt', of: (one: VisibleConnector) => readonly JsonObject[]) =>
    connectors.flatMap((one) =>
      of(one).map(({ name }) => ({
        kind,
        connectorId: one.endpoint.connectorId,
        name: String(name),
        joined: joinName(one.endpoint.connectorSlug, String(name)),
      })),
    );
  const claimed = (isTemplate: boolean, key: 'uri' | 'uriTemplate') =>
    connectors.flatMap(({ endpoint: { connectorId }, manifest: { resources, resourceTemplates } }) =>
      (isTemplate ? resourceTemplates : resources).map((entry) => ({
        connectorId,
        uri: String(entry[key]),
        isTemplate,
      })),
    );
  return {
    names: [...named('tool', ({ tools }) => tools), ...named('prompt', ({ manifest }) => manifest.prompts)],
    claims: [...claimed(false, 'uri'), ...claimed(true, 'uriTemplate')],
  };
}

const viewOf = (...connectors: VisibleConnector[]) => viewOrganization('acme', connectors, record(connectors));
const ask = (method: string, params: JsonObject = {}): McpRequest => {
  const member = METHODS[method]?.names ?? '';
  const name = own(params, member);
  return {
    kind: 'request',
    era: 'legacy',
    revision: '2025-11-25',
    id: 1,
    method,
    params,
    meta: {},
    name: typeof name === 'string' ? name : undefined,
  };
};
/** As the organization's column of the table has it. */
function routeOrganization(view: OrganizationView, request: McpRequest): Target | Answer {
  if (isListMethod(request.method)) return pageOfOrganization(view, request);
  const method = METHODS[request.method];
  if (!method?.runsCode) throw new Error(`${request.method} runs no code`);
  return method.organization(view, request);
}
/** The result, or the error, of a message the mount answers by itself. */
function answerOf(routed: Target | Answer): JsonObject {
  if ('connector' in routed) throw new Error('it was sent on to a connector');
  const { result, error } = routed.message as { result?: JsonObject; error?: JsonObject }; // a JSON-RPC answer
  return result ?? error ?? {};
}
/** Where a message went, and what it asks there. */
function targetOf(routed: Target | Answer) {
  if (!('connector' in routed)) throw new Error(JSON.stringify(routed.message));
  return { to: routed.connector.endpoint.connectorSlug, params: routed.request.params };
}
const tools = (prefix: string, count: number, descriptionLength: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `${prefix}_${index}`,
    description: 'd'.repeat(descriptionLength),
  }));

describe('an organization with more tools than a model can read', () => {
  const view = viewOf(connector('big', { tools: [...tools('a', 900, 200), { name: 'find_me' }] }));

  it('call_tool calls no tool that the organization’s record lacks', () => {
    for (const name of ['call_tool', 'search_tools', 'find_me', 'big__nothing', '']) {
      const routed = routeOrganization(view, ask('tools/call', { name: 'call_tool', arguments: { name } }));
      expect(answerOf(routed)).toMatchObject({ code: -32602 });
    }
  });

  it('an organization with many tools lists two, finds others by words, and calls them by their names', () => {
    const listed = answerOf(routeOrganization(view, ask('tools/list'))).tools as { name: string }[]; // a list of tools
    expect(listed.map(({ name }) => name)).toEqual(['call_tool', 'search_tools']);
    const search = { name: 'search_tools', arguments: { query: 'find me' } };
    expect(JSON.stringify(answerOf(routeOrganization(view, ask('tools/call', search))))).toContain('big__find_me');
    const call = { name: 'call_tool', arguments: { name: 'big__find_me', arguments: { a: 1 } } };
    expect(targetOf(routeOrganization(view, ask('tools/call', call)))).toEqual({
      to: 'big',
      params: { name: 'find_me', arguments: { a: 1 } },
    });
    expect(targetOf(routeOrganization(view, ask('tools/call', { name: 'big__find_me' }))).to).toBe('big');
  });
});

describe('a list that is longer than a page', () => {
  const prompts = (count: number) => tools('p', count, 1_000);

  it('a list of several pages refuses a cursor of another list, and of one that changed', () => {
    const before = viewOf(connector('big', { prompts: prompts(400) }));
    const { nextCursor } = answerOf(routeOrganization(before, ask('prompts/list')));
    const after = viewOf(connector('big', { prompts: prompts(401) }));
    for (const [view, cursor] of [
      [after, nextCursor],
      [before, 'made.up'],
      [before, 7],
    ] as const) {
      const params: JsonObject = cursor === undefined ? {} : { cursor };
      expect(answerOf(routeOrganization(view, ask('prompts/list', params)))).toMatchObject({ code: -32602 });
    }
  });

  it('a list of several pages comes page by page, each entry once', () => {
    const view = viewOf(connector('big', { prompts: prompts(400) }));
    const seen: string[] = [];
    let cursor: JsonObject[string] | undefined;
    do {
      const page = answerOf(routeOrganization(view, ask('prompts/list', cursor === undefined ? {} : { cursor })));
      expect(JSON.stringify(page).length).toBeLessThan(250_000);
      seen.push(...(page.prompts as { name: string }[]).map(({ name }) => name)); // a list of prompts
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(400);
    expect(new Set(seen).size).toBe(400);
  });
});

describe('a resource', () => {
  const a = connector('a', { resources: [{ uri: 'doc://one' }], resourceTemplates: [{ uriTemplate: 'doc://{id}' }] });
  const b = connector('b', { resources: [{ uri: 'doc://one' }], resourceTemplates: [{ uriTemplate: 'doc://{name}' }] });
  const read = (uri: string, ...connectors: VisibleConnector[]) =>
    routeOrganization(viewOf(...connectors), ask('resources/read', { uri }));

  it('a resource that several templates match is refused, with the URLs of the connectors', () => {
    const refused = answerOf(read('doc://two', a, b));
    expect(refused).toMatchObject({ code: -32602, data: { paths: ['/acme/a/mcp', '/acme/b/mcp'] } });
    expect(refused.message).toContain('/acme/a/mcp or /acme/b/mcp');
  });

  it('a resource is read from the connector that had it first, listed or by its only template', () => {
    expect(targetOf(read('doc://one', a, b)).to).toBe('a');
    expect(targetOf(read('doc://one', b, a)).to).toBe('b');
    expect(targetOf(read('doc://two', b)).to).toBe('b');
    expect(answerOf(read('other://two', a, b))).toMatchObject({ code: -32002, data: { uri: 'other://two' } });
  });
});

describe('what appears while a dynamic connector runs', () => {
  it('a tool that appears at run time takes no recorded name, and is called by its own', () => {
    const steady = connector('steady', { tools: [{ name: 'one' }] });
    const moving = connector('moving', { tools: [{ name: 'two' }], dynamic: true });
    const recorded = record([steady]);
    const stolen = recorded.names.map((row) => ({ ...row, joined: 'moving__two' }));
    const call = ask('tools/call', { name: 'moving__two' });
    const free = viewOrganization('acme', [steady, moving], recorded);
    expect(targetOf(routeOrganization(free, call)).to).toBe('moving');
    const taken = viewOrganization('acme', [steady, moving], { names: stolen, claims: [] });
    expect(targetOf(routeOrganization(taken, call)).to).toBe('steady');
  });
});
