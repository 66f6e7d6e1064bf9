import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';
import { ACCOUNT_LIMITS, formatLimit } from '../limits/index.ts';

export const API_KEYS_ERRORS = {
  'api-keys.invalid': {
    status: 401,
    owner: 'caller',
    title: 'The API key is not valid.',
    hint: `Check that the whole key was copied. A revoked key stays invalid: create a new one at ${PAGES.newApiKey}.`,
  },
  'api-keys.expired': {
    status: 401,
    owner: 'caller',
    title: 'The API key has expired.',
    hint: `Create a new key at ${PAGES.newApiKey} and replace the old one.`,
  },
  'api-keys.wrong_door': {
    status: 403,
    owner: 'caller',
    title: 'This kind of API key is not accepted here.',
    hint: 'Use a pbk_mcp_ key at /mcp, a pbk_deploy_ key to deploy, and a pbk_admin_ key at the rest of the API.',
  },
  'api-keys.address_refused': {
    status: 403,
    owner: 'caller',
    title: 'The API key is not accepted from this IP address.',
    hint: 'Call from a listed address, or create a key with another address list.',
  },
  'api-keys.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such API key.',
    hint: `Look at the keys of the organization: ${PAGES.apiKeys}.`,
  },
  'api-keys.expiry_invalid': {
    status: 422,
    owner: 'caller',
    title: 'An API key must expire within one year.',
    hint: `Choose an expiry between now and ${formatLimit(ACCOUNT_LIMITS.keyLife)} from now.`,
  },
  'api-keys.above_creator': {
    status: 403,
    owner: 'caller',
    title: 'A key cannot have more permissions than its creator.',
    hint: 'Leave out the permissions that you do not have, or ask an owner to create the key.',
  },
  'api-keys.input_invalid': {
    status: 422,
    owner: 'caller',
    title: 'Invalid API key parameters.',
    hint: 'Kinds mcp and deploy need connectors, kind admin needs permissions; addresses are IP addresses or CIDR blocks.',
  },
} as const satisfies Record<string, ErrorSpec>;
