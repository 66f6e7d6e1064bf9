import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';

export const SERVICE_ACCOUNTS_ERRORS = {
  'service-accounts.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such service account.',
    hint: 'List the service accounts of the organization and use an id from there.',
  },
  'service-accounts.name_taken': {
    status: 409,
    owner: 'caller',
    title: 'Another service account of the organization has this name.',
    hint: 'Choose another name, or use that account. Names of disabled accounts are taken too.',
  },
  'service-accounts.too_many': {
    status: 409,
    owner: 'caller',
    title: 'The organization has the maximum number of service accounts.',
    hint: `Enable a disabled account instead of creating one, and give programs keys of an existing account: ${PAGES.apiKeys}.`,
  },
} as const satisfies Record<string, ErrorSpec>;
