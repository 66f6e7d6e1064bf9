import type { JsonObject } from '@patchbay/mcp';
import { type EdgeFixture, type legacyRequest, type modernRequest, startEdge } from '../edge-fixture.ts';
import { givenEndpoint, givenEndpoints } from '../given-call.ts';

export type WireRequest = ReturnType<typeof modernRequest | typeof legacyRequest>;

/** A tool of a manifest that runs without approval. */
export const readingTool = (name: string, rest: JsonObject = {}): JsonObject => ({
  name,
  title: name,
  description: name,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
  ...rest,
});

/** An edge with one public connector, at `/acme/all/mcp`. */
export async function startOneEndpoint(manifest: JsonObject): Promise<EdgeFixture & OneEndpoint> {
  const endpoint = givenEndpoint({ connectorSlug: 'all', manifest });
  const edge = await startEdge([], undefined, { endpoints: givenEndpoints(async () => endpoint) });
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
  linkHosts: ['pay.example'],
  server: { name: 'all', version: '1.0.0', title: 'All', instructions: 'Ask.' },
  capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} },
  tools: [readingTool('zebra'), readingTool('ant')],
  prompts: [{ name: 'greet' }],
  resources: [{ uri: 'all://one', name: 'one' }],
  resourceTemplates: [],
};
