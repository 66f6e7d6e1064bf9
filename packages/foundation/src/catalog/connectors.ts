import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';
import { formatLimit, RETENTION } from '../limits/index.ts';

export const CONNECTORS_ERRORS = {
  'connectors.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such connector.',
    hint: `Check the slug at ${PAGES.home}; a deleted connector is found by its id only.`,
  },
  'connectors.slug_invalid': {
    status: 422,
    owner: 'caller',
    title: 'This is not a connector slug.',
    hint: 'Use 2 to 32 of a-z, 0-9 and -, without a hyphen first, last or doubled.',
  },
  'connectors.slug_reserved': {
    status: 422,
    owner: 'caller',
    title: 'This connector slug is reserved.',
    hint: 'Choose another slug: mcp, connect and settings are reserved path segments in every URL.',
  },
  'connectors.slug_taken': {
    status: 409,
    owner: 'caller',
    title: 'A connector of this organization has this slug.',
    hint: 'Choose another slug, or deploy to the connector that has it.',
  },
  'connectors.slug_retired': {
    status: 409,
    owner: 'caller',
    title: 'This slug belonged to another connector, and URLs are never reassigned.',
    hint: `Choose another slug. A deleted connector can be restored for ${formatLimit(RETENTION.restorable)}; a renamed one still answers at its old slug.`,
  },
  'connectors.names_shared': {
    status: 409,
    owner: 'caller',
    title: 'With this slug, two tools or prompts would share a name at the organization’s URL.',
    hint: 'Choose a shorter slug, or deploy a version with shorter names first.',
  },
  'connectors.open_not_confirmed': {
    status: 409,
    owner: 'caller',
    title: 'Public access to this connector has not been confirmed.',
    hint: 'An owner or admin confirms it by name: send `authMode: none` with the connector’s slug as `confirmOpen`, or run `patchbay settings SLUG --auth none --confirm SLUG`. Or require an API key.',
  },
  'connectors.demands_need_sign_in': {
    status: 409,
    owner: 'caller',
    title: 'A public connector cannot demand anything of a sign-in.',
    hint: 'Let members sign in (`authMode: oauth`) before you demand a second factor or a recent sign-in, or drop the demands first.',
  },
  'connectors.not_deleted': {
    status: 409,
    owner: 'caller',
    title: 'This connector is not deleted.',
    hint: 'Nothing needs to be restored.',
  },
} as const satisfies Record<string, ErrorSpec>;
