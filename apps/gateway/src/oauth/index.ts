export { type AuthorizationServer, createAuthorizationServer } from './authorization-server.ts';
