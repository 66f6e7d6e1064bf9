export type { AccountGrant, AccountGrants } from './account-grants.ts';
export { type AuthorizationServer, createAuthorizationServer } from './authorization-server.ts';
