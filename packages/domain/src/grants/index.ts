export {
  createGrantDirectory,
  type GrantDirectory,
  type GrantDirectoryOptions,
  type GrantFacts,
} from './grant-directory.ts';
export {
  endGrant,
  endGrants,
  findOpenGrant,
  GRANT_ENDS,
  type Grant,
  type GrantEnd,
  type GrantFilter,
  type GrantSelection,
  getGrant,
  isSignInAdmitted,
  listGrants,
  noteSignIn,
} from './grants.ts';
export { PUBLISH_AHEAD_MS } from './plan-signing-keys.ts';
export { type PublicSigningKey, type SigningKeySet, SigningKeys, type SigningKeysOptions } from './signing-keys.ts';
