import { availableParallelism } from 'node:os';
import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import type { ChangeFeed } from '@patchbay/domain/changes';
import type { EndpointDirectory } from '@patchbay/domain/endpoints';
import type { UsageSpool } from '@patchbay/domain/usage';
import type { Clock, Logger } from '@patchbay/foundation';
import { CALL_LIMITS, type PlanLimits, STREAM_LIMITS } from '@patchbay/foundation/limits';
import type { PolicySet } from '@patchbay/policy';
import type { SandboxClient } from '@patchbay/sandbox-client';
import type { CredentialReference } from '@patchbay/sandbox-protocol';
import type { StateSealer } from '@patchbay/vault';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import type { Surface } from '../http/surface.ts';
import { ByteRate } from '../limits/byte-rate.ts';
import type { CallLimiter } from '../limits/call-limiter.ts';
import { MessageRate } from '../limits/message-rate.ts';
import { StreamPermits } from '../limits/stream-permits.ts';
import type { SandboxRetirement } from '../sandboxes/sandbox-retirement.ts';
import { Leases } from '../streams/leases.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { createConnectorMount } from './access/connector.ts';
import { createOrganizationMount } from './access/organization.ts';
import { createResourceDocuments } from './access/resource-documents.ts';
import { ParsePool } from './body/parse-pool.ts';
import { admitCall } from './call/admit-call.ts';
import type { NotifyAuthor } from './call/author-log.ts';
import { type CallToolDeps, callTool } from './call/call-tool.ts';
import { invokeCall } from './call/invoke-call.ts';
import { recordCall } from './call/record-call.ts';
import { createRequestStates } from './call/request-states.ts';
import { ruleCall, visibleTools } from './call/rule-call.ts';
import type { Tracing } from './call/tracing.ts';
import type { ServedConnector } from './context/access.ts';
import type { Call, CallReply } from './context/call.ts';
import type { CallerVerification } from './context/verified-caller.ts';
import { LiveManifests } from './manifests/live-manifests.ts';
import { createMcpPlugin } from './plugin.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { ConnectorEvents } from './subscriptions/connector-events.ts';
import { createFollowResources } from './subscriptions/follow-resources.ts';
import { ListenStreams } from './subscriptions/listen-streams.ts';

export interface McpSurfaceDeps {
  readonly origin: string;
  readonly endpoints: EndpointDirectory;
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
  readonly accessTokens: CallerVerification['accessTokens'];
  readonly sandboxes: Pick<SandboxClient, 'invoke'>;
  readonly retirement: Pick<SandboxRetirement, 'follow'>;
  readonly spool: Pick<UsageSpool, 'append'>;
  readonly changes: Pick<ChangeFeed, 'onChange' | 'onStale'>;
  /** Seals what clients keep between two rounds of a call. */
  readonly stateSealer: StateSealer;
  /** Remembers which of those are for one use. */
  readonly ephemeralStore: Pick<EphemeralStore, 'put' | 'take'>;
  /** List changes that connectors publish at runtime. */
  readonly events: ConnectorEvents;
  /** Sessions of clients that open with `initialize`. */
  readonly sessions: Sessions;
  /** The organization's policies, from memory. */
  loadPolicies(organizationId: string): Promise<PolicySet>;
  /** Counts calls against the limits of their organization. */
  readonly limiter: Pick<CallLimiter, 'admit'>;
  /** The limits of an organization, from memory. */
  loadPlan(organizationId: string): Promise<PlanLimits>;
  /** References to the credentials a call may use. */
  openCredentials(call: Call): Promise<readonly CredentialReference[]>;
  /** Makes durable that the call is about to be sent. Rejecting keeps it from being sent. */
  recordIntent(call: Call): Promise<void>;
  readonly notifyAuthor: NotifyAuthor;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly logger: Logger;
  readonly clock: Clock;
}

const STREAMS = {
  principalMax: STREAM_LIMITS.callerStreams.value,
  organizationMax: STREAM_LIMITS.organizationStreams.value,
};
/** Calls that wait for an answer of their client. */
const PARKED = {
  principalMax: STREAM_LIMITS.callerQuestions.value,
  organizationMax: STREAM_LIMITS.organizationQuestions.value,
};
const BYTE_RATE = {
  bytesPerSecond: CALL_LIMITS.callerBytes.value,
  burstBytes: CALL_LIMITS.callerBurstBytes.value,
  freeBytes: CALL_LIMITS.callerFreeBytes.value,
};

export interface McpSurface extends Surface {
  close(): Promise<void>;
}

/** The MCP surface with everything it is made of. */
export function createMcpSurface(deps: McpSurfaceDeps): McpSurface {
  const messageRate = new MessageRate(deps.clock);
  const byteRate = new ByteRate({ ...BYTE_RATE, clock: deps.clock });
  const permits = new StreamPermits(STREAMS);
  const parked = new StreamPermits(PARKED);
  const leases = new Leases(deps.changes);
  const requestStates = createRequestStates({
    sealer: deps.stateSealer,
    clock: deps.clock,
    ephemeralStore: deps.ephemeralStore,
  });
  const followResources = createFollowResources({
    sandboxes: deps.sandboxes,
    onError: (error, { endpoint: { connectorId } }) => deps.logger.debug({ err: error, connectorId }, 'not followed'),
  });
  const listenStreams = new ListenStreams({ leases, permits, events: deps.events, followResources });
  const manifests = new LiveManifests(deps);
  const parsePool = new ParsePool({
    threads: Math.max(1, availableParallelism() - 1),
    waitingMaxPerOrganization: CALL_LIMITS.largeBodies.value,
  });
  const known = { ...deps, manifests, visibleTools: (connector: ServedConnector) => visibleTools(deps, connector) };
  const streams = { listenStreams, followResources, leases, permits, parked };
  const options = {
    ...known,
    ...streams,
    messageRate,
    byteRate,
    parsePool,
    requestStates,
    callTool: createCalls(deps),
  };
  return {
    name: 'mcp',
    register: async (app) => {
      app.addHook('preClose', async () => listenStreams.close());
      await app.register(createResourceDocuments(deps));
      await app.register(createMcpPlugin(createConnectorMount(known)), options);
      await app.register(createMcpPlugin(createOrganizationMount(known)), options);
    },
    close() {
      leases.close();
      manifests.close();
      return parsePool.close();
    },
  };
}

/** Dependencies of the steps of a call; `callTool` has their order. */
function createCalls(deps: McpSurfaceDeps): (call: Call) => Promise<CallReply> {
  const steps: CallToolDeps = {
    rule: (call) => ruleCall(deps, call),
    admit: (call) => admitCall(deps, call),
    openCredentials: deps.openCredentials,
    recordIntent: deps.recordIntent,
    invoke: (call, credentials) =>
      deps.tracing.traced(call, (trace) => invokeCall(deps.sandboxes, { ...call, trace }, credentials)),
    record: (call, outcome) => recordCall(deps, call, outcome),
  };
  return (call) => {
    deps.retirement.follow(call.endpoint);
    return callTool(steps, call);
  };
}
