export {
  createOAuthClient,
  disableOAuthClient,
  findOAuthClient,
  getOAuthClient,
  listOAuthClients,
  type OAuthClient,
  rotateOAuthClientSecret,
} from './oauth-clients.ts';
