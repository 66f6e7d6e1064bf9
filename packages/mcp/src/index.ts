/** The MCP wire, without I/O: what a message is, what the protocol refuses, what can be answered without a process. */
export {
  capabilitiesOf,
  completed,
  discoverResult,
  initializeResult,
  isListMethod,
  type ListMethod,
  legacyResult,
  listResult,
  readResult,
} from './answers.ts';
export { pageUriOf, toolsOfPage } from './app-pages.ts';
export { checkMirrorHeaders, checkParamHeaders } from './check-headers.ts';
export {
  type Classification,
  classifyMessage,
  type McpNotification,
  type McpRequest,
  type McpResponse,
  META,
  type MirrorHeaders,
} from './classify-message.ts';
export { connectionsOfCall, type DeclaredConnection, declaredConnections } from './declared-connections.ts';
export { type AdmittedLists, admitLists } from './dynamic-lists.ts';
export {
  errorMessage,
  faultMessage,
  notificationMessage,
  type RpcError,
  requestMessage,
  resultMessage,
  SSE_KEEP_ALIVE,
  sseEvent,
  ssePriming,
} from './envelope.ts';
export { isReservedToolName, joinName } from './joined-name.ts';
export { isJsonObject, type JsonObject, type JsonValue, objectAt, own, stringAt } from './json.ts';
export { type ManifestView, viewManifest } from './manifest.ts';
export { type ParsedBody, parseBody } from './parse-body.ts';
export {
  ASSUMED_LEGACY_REVISION,
  type Era,
  LEGACY_REVISIONS,
  MODERN_REVISION,
  negotiateRevision,
  SUPPORTED_REVISIONS,
} from './revisions.ts';
export {
  fault,
  headerMismatch,
  invalidParams,
  methodNotFound,
  missingCapability,
  RPC_CODES,
  type RpcFault,
  type RpcId,
  resourceNotFound,
  unsupportedRevision,
} from './rpc-errors.ts';
export {
  LARGE_BODY_BYTES,
  type ScanBounds,
  type ScanFinding,
  type ScanProblem,
  scanBounds,
  scanText,
} from './scan-text.ts';
export {
  type GrantedScopes,
  hasScopes,
  SCOPES_META_KEY,
  scopesOf,
  scopesOfRequest,
  scopesOfTool,
  TOOL_SCOPES,
  withinScopes,
} from './scopes.ts';
export {
  acknowledgedMessage,
  changedLists,
  filterAccepts,
  honoredFilter,
  type ListChangedMethod,
  readSubscriptionFilter,
  type SubscriptionFilter,
  subscriptionEnd,
  subscriptionMessage,
} from './subscription-filter.ts';
