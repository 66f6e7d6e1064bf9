export {
  deleteIdentityProvider,
  findIdentityProvider,
  getIdentityProvider,
  type IdentityProvider,
  type IdentityProviderInput,
  openClientSecret,
  recordProviderTest,
  saveIdentityProvider,
  setProviderIdJag,
  setProviderRequired,
  setProviderState,
} from './identity-providers.ts';
