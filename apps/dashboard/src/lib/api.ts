import { type ApiClient, createApiClient } from '@patchbay/api-client';

let client: ApiClient | undefined;

/** The admin API of the page's own origin, as the signed-in person. Browser only: the page server asks for nothing. */
export function api(): ApiClient {
  client ??= createApiClient({ origin: window.location.origin });
  return client;
}
