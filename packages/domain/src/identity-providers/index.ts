export {
  deleteIdentityProvider,
  findIdentityProvider,
  getIdentityProvider,
  type IdentityProvider,
  type IdentityProviderInput,
  openClientSecret,
  recordProviderTest,
  saveIdentityProvider,
  setProviderRequired,
  setProviderState,
} from './identity-providers.ts';
