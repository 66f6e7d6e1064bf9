import { COMMAND_LINE_CLIENT, DEVICE_CODE_GRANT } from '@patchbay/foundation';
import type { AdapterPayload } from 'oidc-provider';
import type { ProviderClient } from './provider-types.ts';

/** The metadata of our own command line: in no row, and the only client that may ask for device codes. */
export const COMMAND_LINE_METADATA: AdapterPayload & { readonly client_id: string } = {
  client_id: COMMAND_LINE_CLIENT.id,
  client_name: COMMAND_LINE_CLIENT.name,
  redirect_uris: [COMMAND_LINE_CLIENT.redirectUri],
  grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
};

/** Whether a client may ask for the admin API at all: our command line, and clients that an owner made for it. Pure. */
export function mayAskForAdminApi(client: Pick<ProviderClient, 'clientId' | 'admin_api' | 'organization_id'>): boolean {
  if (client.clientId === COMMAND_LINE_CLIENT.id) return true;
  return client.organization_id !== undefined && client.admin_api === true;
}
