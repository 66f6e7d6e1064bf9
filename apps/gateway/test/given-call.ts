/** Endpoint, API key and call for tests of the gateway; each test overrides the fields that it is about. */
import type { VerifiedApiKey } from '@patchbay/domain/api-keys';
import { NO_DEMANDS } from '@patchbay/domain/connectors';
import type { Endpoint, LiveConnectors } from '@patchbay/domain/endpoints';
import { viewManifest } from '@patchbay/mcp';
import type { Call } from '../src/mcp/context/call.ts';
import { principalOf } from '../src/mcp/context/principal.ts';
import type { McpSurfaceDeps } from '../src/mcp/surface.ts';
import { StepTimer } from '../src/telemetry/step-timer.ts';

/** Connector `weather` of organization `acme`, live and public. Ids and URL derive from the slugs. */
export function givenEndpoint(change: Partial<Endpoint> = {}): Endpoint {
  const { organizationSlug = 'acme', connectorSlug = 'weather' } = change;
  return {
    organizationId: `org_${organizationSlug}`,
    organizationSlug,
    connectorId: `con_${connectorSlug}`,
    connectorSlug,
    connectorName: connectorSlug,
    versionId: 'ver_1',
    versionNumber: 1,
    live: true,
    artifactDigest: `sha256:${'0'.repeat(64)}`,
    snapshot: null,
    manifest: {},
    settingsRevision: 0,
    codeGeneration: false,
    authMode: 'none',
    demands: NO_DEMANDS,
    resource: `/${organizationSlug}/${connectorSlug}/mcp`,
    ...change,
  };
}

/** A cache that returns the results of `resolve` and `findLive`; by default it knows no organization. */
export function givenEndpoints(
  resolve: McpSurfaceDeps['endpoints']['resolve'],
  findLive: (organization: string) => LiveConnectors | null = () => null,
): McpSurfaceDeps['endpoints'] {
  return {
    resolve,
    findLive: async (organization) => findLive(organization),
    hasServed: () => true,
    statistics: () => ({ hits: 0, misses: 0, entries: 0 }),
    close: () => undefined,
  };
}

/** A key of `person` in organization `org_acme`, for every connector, that never expires. */
export function givenApiKey(
  person: string,
  { organizationId = 'org_acme', ...change }: Partial<VerifiedApiKey['apiKey'] & { organizationId: string }> = {},
): VerifiedApiKey {
  return {
    organizationId,
    roles: ['member'],
    groups: [],
    boundBy: { personId: `psn_${person}`, roles: ['member'] },
    person: { id: `psn_${person}`, email: `${person}@acme.example`, name: person },
    apiKey: {
      id: `key_${person}`,
      kind: 'mcp',
      name: person,
      hint: 'pbk_mcp_x',
      personId: `psn_${person}`,
      serviceAccountId: null,
      connectorIds: ['*'],
      scopes: [],
      permissions: [],
      allowedAddresses: [],
      expiresAt: new Date(8e15),
      lastUsedAt: null,
      lastUsedAddress: null,
      createdAt: new Date(0),
      revokedAt: null,
      ...change,
    },
  };
}

/** A caller without a credential. */
export const givenAnonymous = (endpoint: Endpoint) =>
  principalOf({ kind: 'anonymous', credentialId: null, address: '198.51.100.1' }, endpoint);

/** A call of tool `echo` by a client of 2026-07-28, without arguments. */
export function givenCall(change: Partial<Call> = {}): Call {
  const { endpoint = givenEndpoint() } = change;
  const name = change.name ?? 'echo';
  return {
    endpoint,
    manifest: viewManifest({}),
    principal: givenAnonymous(endpoint),
    resource: endpoint.resource,
    policyRevision: 0,
    requestId: 'req_1',
    steps: new StepTimer(0),
    notify: () => undefined,
    addHeaders: () => undefined,
    signal: new AbortController().signal,
    method: 'tools/call',
    name,
    tool: { name },
    trace: undefined,
    request: {
      kind: 'request',
      era: 'modern',
      revision: '2026-07-28',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: {} },
      meta: {},
      name,
    },
    ...change,
  };
}
