export type { BuildTask, TaskOutcome } from './build-task.ts';
export { CALL_DEADLINE_MS, RESULT_BYTES_MAX, TIMEOUT_META_KEY } from './call-limits.ts';
export {
  CONNECTOR_EVENT_METHODS,
  type ConnectorEvent,
  type ConnectorEventMethod,
  isConnectorEventMethod,
} from './connector-event.ts';
export { createInvocation, effectOf, type InvocationRequest } from './create-invocation.ts';
export type { EgressRule } from './egress-rule.ts';
export { egressRuleSchema } from './egress-rule.ts';
export {
  asFailedCall,
  explainFailedCall,
  type FailedCall,
  type FailedCallOutcome,
  mayHaveTakenEffect,
} from './failed-call.ts';
export {
  type CredentialReference,
  INVOCATION_METHODS,
  type Invocation,
  type InvocationContext,
  type InvocationMethod,
  LOG_LEVELS,
  type LogLevel,
} from './invocation.ts';
export { type IsolationKey, isolationKeyFor, isolationKeyText } from './isolation-key.ts';
export { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
export type { LogRecord } from './log-record.ts';
export {
  type InvocationNotification,
  type InvocationOutcome,
  type InvocationTimings,
  LEAVE_STREAM_METHOD,
  type RpcError,
} from './outcome.ts';
export { PEER_ID, PEER_ROLES, type PeerName, type PeerRole, peerUri } from './peer-name.ts';
export type { Provision, ProvisionRequest } from './provision.ts';
export type { RetireMatch } from './retire-match.ts';
export { hostProblems, type SupervisorHealth } from './supervisor-health.ts';
export { SNAPSHOT_BYTES_MAX, type VersionSnapshot } from './version-snapshot.ts';
