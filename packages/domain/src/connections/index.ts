export {
  type Connection,
  type ConnectionOwner,
  type ConnectionStatus,
  type CredentialKind,
  ownerColumns,
  personOwner,
  toConnection,
} from './connection.ts';
export {
  type ConnectionRequest,
  type ReturnTarget,
  returnTargetSchema,
  startConnection,
  takeConnectionRequest,
} from './connection-requests.ts';
export { type ConnectorNeeds, connectorNeeds } from './connector-needs.ts';
export {
  type Credential,
  credentialBinding,
  type OAuthCredential,
  openCredential,
  sealCredential,
} from './credential.ts';
export { type EndedConnection, endConnection } from './end-connection.ts';
export { getConnection, type ListedConnection, listConnections, setDefaultConnection } from './list-connections.ts';
export { deleteProvider, openProviderSecret, saveProvider } from './organization-providers.ts';
export {
  findProvider,
  type KeyFacts,
  listProviders,
  type OAuthFacts,
  type ProviderFacts,
  type ProviderRegistration,
} from './provider-facts.ts';
export {
  type RefreshAnswer,
  type RefreshAsked,
  type RefreshDeps,
  type RefreshOutcome,
  refreshConnection,
} from './refresh-connection.ts';
export { confirmConnection, type NewConnection, saveConnection } from './save-connection.ts';
