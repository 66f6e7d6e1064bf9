import type { Json } from '../apps/gateway/test/oauth/given.ts';

/** The part of an MCP SDK's host: it keeps what the SDK gives it, and opens the browser. */
export function sdkHost(redirectUri: string, openBrowser: (url: URL) => Promise<void>) {
  const kept: Json = {};
  return {
    redirectUrl: redirectUri,
    clientMetadata: {
      client_name: 'A client',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => 'st4te',
    clientInformation: () => kept.client,
    saveClientInformation: (client: Json) => {
      kept.client = client;
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens: Json) => {
      kept.tokens = tokens;
    },
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier: string) => {
      kept.verifier = verifier;
    },
    discoveryState: () => kept.discovery,
    saveDiscoveryState: (state: Json) => {
      kept.discovery = state;
    },
    redirectToAuthorization: openBrowser,
  };
}
