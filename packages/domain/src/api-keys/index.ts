export {
  type ApiKeyCache,
  type ApiKeyCacheOptions,
  type ApiKeySurface,
  createApiKeyCache,
  type VerifiedApiKey,
} from './api-key-cache.ts';
export {
  API_KEY_KINDS,
  API_KEY_PATTERN,
  type ApiKeyKind,
  newApiKeyText,
  type ParsedApiKey,
  parseApiKey,
} from './api-key-text.ts';
export {
  type ApiKey,
  type ApiKeyCeiling,
  apiKeyNames,
  createApiKey,
  getApiKey,
  listApiKeys,
  type NewApiKey,
  revokeApiKey,
} from './api-keys.ts';
export { findKeyText } from './revoke-exposed-key.ts';
