export type { BuildTask, TaskOutcome } from './calls/build-task.ts';
export { CALL_DEADLINE_MS, RESULT_BYTES_MAX, TIMEOUT_META_KEY } from './calls/call-limits.ts';
export {
  CONNECTOR_EVENT_METHODS,
  type ConnectorEvent,
  type ConnectorEventMethod,
  isConnectorEventMethod,
} from './calls/connector-event.ts';
export { createInvocation, effectOf, type InvocationRequest } from './calls/create-invocation.ts';
export {
  asFailedCall,
  explainFailedCall,
  type FailedCall,
  type FailedCallOutcome,
  mayHaveTakenEffect,
} from './calls/failed-call.ts';
export {
  type CredentialReference,
  INVOCATION_METHODS,
  type Invocation,
  type InvocationContext,
  type InvocationMethod,
  LOG_LEVELS,
  type LogLevel,
} from './calls/invocation.ts';
export { type IsolationKey, isolationKeyFor, isolationKeyText } from './calls/isolation-key.ts';
export type { LogRecord } from './calls/log-record.ts';
export {
  type InvocationNotification,
  type InvocationOutcome,
  type InvocationTimings,
  LEAVE_STREAM_METHOD,
  type RpcError,
} from './calls/outcome.ts';
export { isJsonObject, type JsonObject, type JsonValue } from './payloads/json.ts';
export { PEER_ID, PEER_ROLES, type PeerName, type PeerRole, peerUri } from './peers/peer-name.ts';
export type { RetireMatch } from './peers/retire-match.ts';
export { hostProblems, type SupervisorHealth } from './peers/supervisor-health.ts';
export type { EgressRule } from './provisions/egress-rule.ts';
export { egressRuleSchema } from './provisions/egress-rule.ts';
export type { EgressViolation } from './provisions/egress-violation.ts';
export { narrowEgress } from './provisions/narrow-egress.ts';
export type { PostgresTarget } from './provisions/postgres-target.ts';
export { POSTGRES_TARGET, postgresTargetSchema } from './provisions/postgres-target.ts';
export { type ProviderRules, providerRulesSchema } from './provisions/provider-rules.ts';
export type { Provision, ProvisionRequest } from './provisions/provision.ts';
export { SNAPSHOT_BYTES_MAX, type VersionSnapshot } from './provisions/version-snapshot.ts';
