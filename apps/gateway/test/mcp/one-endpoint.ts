import type { Endpoint } from '@patchbay/domain/endpoints';
import type { JsonObject } from '@patchbay/mcp';
import { type EdgeFixture, type legacyRequest, type modernRequest, startEdge } from '../edge-fixture.ts';

export type WireRequest = ReturnType<typeof modernRequest | typeof legacyRequest>;

/** A tool as a manifest has it, that runs without asking anybody. */
export const readingTool = (name: string, rest: JsonObject = {}): JsonObject => ({
  name,
  title: name,
  description: name,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
  ...rest,
});

/** An edge with one connector that asks nobody who they are, at `/acme/all/mcp`. */
export async function startOneEndpoint(manifest: JsonObject): Promise<EdgeFixture & OneEndpoint> {
  const endpoint: Endpoint = {
    organizationId: 'org_acme',
    organizationSlug: 'acme',
    connectorId: 'con_all',
    connectorSlug: 'all',
    connectorName: 'All',
    versionId: 'ver_1',
    versionNumber: 1,
    live: true,
    settingsRevision: 0,
    artifactDigest: `sha256:${'0'.repeat(64)}`,
    snapshot: null,
    codeGeneration: false,
    manifest,
    authMode: 'none',
    resource: '/acme/all/mcp',
  };
  const edge = await startEdge([], undefined, {
    endpoints: {
      resolve: async () => endpoint,
      findLive: async () => null,
      statistics: () => ({ hits: 0, misses: 0, entries: 0 }),
      close: () => undefined,
    },
  });
  const url = `${edge.origin}/acme/all/mcp`;
  return {
    ...edge,
    url,
    post: ({ headers, body }, change = {}) => fetch(url, { method: 'POST', body, headers: { ...headers, ...change } }),
  };
}

interface OneEndpoint {
  readonly url: string;
  post(request: WireRequest, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** Everything a connector can have. */
export const FULL_MANIFEST: JsonObject = {
  server: { name: 'all', version: '1.0.0', title: 'All', instructions: 'Ask.' },
  capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} },
  tools: [readingTool('zebra'), readingTool('ant')],
  prompts: [{ name: 'greet' }],
  resources: [{ uri: 'all://one', name: 'one' }],
  resourceTemplates: [],
};
