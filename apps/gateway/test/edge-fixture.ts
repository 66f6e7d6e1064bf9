import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { VerifiedApiKey } from '@patchbay/domain/api-keys';
import type { Endpoint, LiveConnectors } from '@patchbay/domain/endpoints';
import type { UsageEvent } from '@patchbay/domain/usage';
import { AppError, createLogger, systemClock } from '@patchbay/foundation';
import { type JsonObject, joinName } from '@patchbay/mcp';
import { NO_POLICIES } from '@patchbay/policy';
import type { InvokeOptions } from '@patchbay/sandbox-client';
import type { Invocation, InvocationOutcome } from '@patchbay/sandbox-protocol';
import { freePort } from '@patchbay/testing';
import { createStateSealer, createTokenSigner, localKeySource } from '@patchbay/vault';
import { connectSurface } from '../src/connect/plugin.ts';
import { LocalStore } from '../src/ephemeral-store/local-store.ts';
import type { Surface } from '../src/http/surface.ts';
import type { AddressBudget } from '../src/limits/address-budget.ts';
import { LocalLimiter } from '../src/limits/local-limiter.ts';
import { startTracing } from '../src/mcp/call/tracing.ts';
import { SessionSignals } from '../src/mcp/sessions/session-signals.ts';
import type { SessionStore } from '../src/mcp/sessions/session-store.ts';
import { Sessions } from '../src/mcp/sessions/sessions.ts';
import { createConnectorEvents } from '../src/mcp/subscriptions/connector-events.ts';
import { createMcpSurface, type McpSurfaceDeps } from '../src/mcp/surface.ts';
import { LocalPubSub } from '../src/pub-sub/pub-sub.ts';
import { createServer } from '../src/server.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { givenApiKey, givenEndpoint, givenEndpoints } from './given-call.ts';
import { givenAddressBudget, RAISED } from './given-limits.ts';
import { GivenTokens } from './given-tokens.ts';

export const TIMINGS = { queueMs: 0, startMs: 0, sandboxMs: 1, egressMs: 0, cold: false };

const tool = (name: string, annotations: JsonObject = { readOnlyHint: true }, rest: JsonObject = {}): JsonObject => ({
  name,
  title: name,
  description: name,
  inputSchema: { type: 'object' },
  annotations,
  ...rest,
});

const MARKED = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } };

const MANIFEST = {
  server: { name: 'weather', version: '1.0.0', title: 'Weather', instructions: 'Ask for the forecast.' },
  capabilities: { tools: {}, resources: {} },
  tools: [
    tool('harmless'),
    tool('delete_everything', { destructiveHint: true }),
    tool('unannotated', {}),
    tool('regional', { readOnlyHint: true }, { inputSchema: MARKED }),
  ],
  resources: [{ uri: 'weather://stations', name: 'stations' }],
  linkHosts: ['pay.example'],
};

const endpoint = (change: Partial<Endpoint> = {}): Endpoint =>
  givenEndpoint({
    connectorName: 'Weather',
    versionId: 'ver_2',
    versionNumber: 2,
    manifest: MANIFEST,
    authMode: 'oauth',
    ...change,
  });

/**
 * Organization acme: `weather` asks for a token or key and has a previewed version 3, `open` is public. Organization
 * globex: `weather` as well, and `keys` takes API keys only. Organization initech: `guarded` demands a second factor and a
 * sign-in of the last half hour, `plain` demands nothing.
 */
const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'acme/weather': endpoint(),
  'acme/weather@3': endpoint({ versionId: 'ver_3', versionNumber: 3, live: false, resource: '/acme/weather@3/mcp' }),
  'acme/open': endpoint({ connectorSlug: 'open', authMode: 'none' }),
  'globex/weather': endpoint({ organizationSlug: 'globex' }),
  'globex/keys': endpoint({ organizationSlug: 'globex', connectorSlug: 'keys', authMode: 'api_key' }),
  'initech/guarded': endpoint({
    organizationSlug: 'initech',
    connectorSlug: 'guarded',
    demands: { secondFactor: true, signInMinutes: 30, exemptKeys: ['key_listed'] },
  }),
  'initech/plain': endpoint({ organizationSlug: 'initech', connectorSlug: 'plain' }),
};

/** Rows that `loadNames` would have recorded of an organization here. */
const LIVE = new Map<string, LiveConnectors>();
function liveConnectors(organization: string): LiveConnectors | null {
  const known = LIVE.get(organization);
  const found = Object.values(ENDPOINTS).filter((one) => one.live && one.organizationSlug === organization);
  const [first] = found;
  if (known || !first) return known ?? null;
  const made: LiveConnectors = {
    organizationId: first.organizationId,
    slugs: found.map(({ connectorSlug }) => connectorSlug),
    names: found.flatMap(({ connectorId, connectorSlug }) =>
      MANIFEST.tools.map(({ name }) => ({
        kind: 'tool' as const,
        connectorId,
        name: String(name),
        joined: joinName(connectorSlug, String(name)),
      })),
    ),
    claims: found.flatMap(({ connectorId }) =>
      MANIFEST.resources.map(({ uri }) => ({ connectorId, uri, isTemplate: false })),
    ),
  };
  LIVE.set(organization, made);
  return made;
}

const key = (role: 'owner' | 'member', change: Partial<VerifiedApiKey['apiKey']> = {}): VerifiedApiKey => ({
  ...givenApiKey(role, change),
  roles: [role],
});

const KEYS: Readonly<Record<string, VerifiedApiKey>> = {
  pbk_mcp_owner: key('owner'),
  pbk_mcp_member: key('member'),
  pbk_mcp_other: key('member', { connectorIds: ['con_open'] }),
  pbk_mcp_reader: key('owner', { scopes: ['tools:read'] }),
  pbk_mcp_initech: { ...key('owner'), organizationId: 'org_initech' },
  pbk_mcp_listed: { ...key('owner', { id: 'key_listed' }), organizationId: 'org_initech' },
  pbk_mcp_globex: { ...key('owner'), organizationId: 'org_globex' },
};

const absent = () => Promise.reject(new AppError('data.unavailable'));

/** Sessions that needed no row yet, behind a database that is away. */
const NO_SESSIONS: SessionStore = {
  find: async () => null,
  refresh: absent,
  remember: absent,
  openStream: absent,
  extendStream: absent,
  append: absent,
  read: absent,
  answer: absent,
  answers: absent,
};

/** The answer of the sandbox behind the edge; by default it repeats its call. */
export type Runner = (invocation: Invocation, options: InvokeOptions) => Promise<InvocationOutcome>;

const echo: Runner = async ({ params }) => ({
  kind: 'complete',
  result: { content: [{ type: 'text', text: JSON.stringify(params) }] },
  timings: TIMINGS,
});

export const complete = (result: JsonObject): InvocationOutcome => ({ kind: 'complete', result, timings: TIMINGS });

export interface EdgeFixture {
  readonly origin: string;
  readonly port: number;
  /** Its access tokens and grants. */
  readonly tokens: GivenTokens;
  /** The counter of refused tokens, by reason. */
  tokenRefusals(): Promise<Readonly<Record<string, number>>>;
  /** Everything that reached the sandbox. */
  readonly invocations: Invocation[];
  /** Everything on record. */
  readonly usage: UsageEvent[];
  /** Messages to authors. */
  readonly notices: string[];
  /** Look-ups of endpoints and keys. */
  readonly lookups: string[];
  /** Key texts that came in a URL. */
  readonly exposed: string[];
  /** Connections the listener has not closed. */
  connections(): Promise<number>;
  /** Sets how the sandbox answers from now on. */
  answerWith(runner: Runner): void;
  close(): Promise<void>;
}

/**
 * The public listener as it runs, with the data behind it spelled out here and a sandbox that counts what reaches it.
 * Parts in `real` replace these. For decisions of the edge itself; `startPlatform` is for tests that need the real
 * parts.
 */
export async function startEdge(
  extra: readonly Surface[] = [],
  dashboardUpstream?: string,
  real: Partial<
    Pick<McpSurfaceDeps, 'endpoints' | 'apiKeys' | 'spool' | 'changes' | 'events' | 'loadPolicies' | 'loadPlan'>
  > & {
    readonly addressBudget?: AddressBudget;
    /** With the program of MCP bundles. */
    readonly downloadsDirectory?: string;
  } = {},
): Promise<EdgeFixture> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const logger = createLogger('gateway', 'silent');
  const invocations: Invocation[] = [];
  const usage: UsageEvent[] = [];
  const lookups: string[] = [];
  const notices: string[] = [];
  const exposed: string[] = [];
  const tokens = await GivenTokens.create(origin);
  const metrics = createMetrics({
    cacheStatistics: () => ({}),
    droppedEvents: () => 0,
    supervisors: async () => [],
    countsLimitsAlone: () => false,
  });
  let runner = echo;
  const keySource = localKeySource([{ id: 0, bytes: Buffer.alloc(32) }]);
  const signer = await createTokenSigner(keySource, 'mcp sessions');
  const pubSub = new LocalPubSub();
  const endpoints = givenEndpoints(async (organization, connector, version) => {
    lookups.push('endpoint');
    return ENDPOINTS[`${organization}/${connector}${version === undefined ? '' : `@${version}`}`] ?? null;
  }, liveConnectors);
  const surface = createMcpSurface({
    origin,
    logger,
    clock: systemClock,
    endpoints,
    limiter: new LocalLimiter(systemClock),
    loadPlan: async () => RAISED.plan,
    apiKeys: {
      verify: async (text) => {
        lookups.push('key');
        const found = KEYS[text];
        if (!found) throw new AppError('mcp.token_invalid');
        return found;
      },
    },
    accessTokens: tokens.verification,
    sandboxes: {
      invoke: async (invocation, options) => {
        invocations.push(invocation);
        return runner(invocation, options ?? {});
      },
    },
    retirement: { follow: () => undefined },
    changes: { onChange: () => () => undefined, onStale: () => () => undefined },
    events: createConnectorEvents(pubSub),
    stateSealer: await createStateSealer(keySource, 'request state'),
    sessions: new Sessions({
      signer,
      store: NO_SESSIONS,
      clock: systemClock,
      signals: new SessionSignals(pubSub),
    }),
    spool: { append: async (event) => void usage.push(event) },
    loadPolicies: async () => NO_POLICIES,
    openCredentials: async () => [],
    recordIntent: async () => undefined,
    ephemeralStore: new LocalStore(systemClock),
    notifyAuthor: (_endpoint, lines) => void notices.push(...lines.map(({ text }) => text)),
    metrics,
    tracing: await startTracing(false, logger),
    ...real,
  });
  const app = await createServer({
    origin,
    logger,
    trustedProxies: [],
    dashboardUpstream,
    revokeExposed: (text) => void exposed.push(text),
    addressBudget: real.addressBudget ?? givenAddressBudget(),
    surfaces: [
      surface,
      connectSurface({ origin, endpoints: real.endpoints ?? endpoints, downloadsDirectory: real.downloadsDirectory }),
      ...extra,
    ],
  });
  await app.listen({ port, host: 'localhost' });
  return {
    origin,
    port: (app.server.address() as AddressInfo).port,
    tokens,
    async tokenRefusals() {
      const { values } = await metrics.tokenRefusals.get();
      return Object.fromEntries(values.map(({ labels, value }) => [String(labels.reason), value]));
    },
    invocations,
    usage,
    lookups,
    notices,
    exposed,
    connections: () => promisify(app.server.getConnections.bind(app.server))(),
    answerWith: (next) => {
      runner = next;
    },
    close: async () => {
      // As the gateway does it, with less patience: what is open after that is closed under its caller.
      const late = setTimeout(() => app.server.closeAllConnections(), 1_000);
      await app.close();
      clearTimeout(late);
      await surface.close();
    },
  };
}

/** A body of 2026-07-28 with the headers that mirror it. */
export function modernRequest(method: string, params: JsonObject = {}, id: string | number = 1) {
  const name = params.name ?? params.uri;
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'spec', version: '1' },
  };
  const given = typeof params._meta === 'object' && params._meta !== null ? params._meta : {};
  return {
    headers: {
      ...JSON_HEADERS,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' && { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...meta, ...given } } }),
  };
}

/** A body of a 2025 revision without a session. */
export function legacyRequest(method: string, params: JsonObject = {}, id: string | number = 1) {
  return { headers: JSON_HEADERS, body: JSON.stringify({ jsonrpc: '2.0', id, method, params }) };
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

export const asOwner = { authorization: 'Bearer pbk_mcp_owner' };
export const asMember = { authorization: 'Bearer pbk_mcp_member' };
