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
  type Credential,
  credentialBinding,
  type OAuthCredential,
  openCredential,
  sealCredential,
} from './credential.ts';
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
