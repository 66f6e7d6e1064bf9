import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';

export const DEPLOYMENTS_ERRORS = {
  'deployments.version_not_published': {
    status: 409,
    owner: 'caller',
    title: 'Only a published version can be activated.',
    hint: 'Wait until the deploy is done, or fix what made it fail and deploy again.',
  },
  'deployments.nothing_to_roll_back': {
    status: 409,
    owner: 'caller',
    title: 'No earlier version was live before this one.',
    hint: `Activate the version you want with "patchbay activate NAME VERSION", or on the connector’s page: ${PAGES.home}.`,
  },
  'deployments.not_found': {
    status: 404,
    owner: 'caller',
    title: 'This connector has no such deployment.',
    hint: 'List the connector’s deployments and use an id from there.',
  },
  'deployments.not_held': {
    status: 409,
    owner: 'caller',
    title: 'This deployment is not waiting for a decision.',
    hint: 'No action is needed: it is live, or was. List the deployments to see which versions wait.',
  },
  'deployments.live_changed': {
    status: 409,
    owner: 'caller',
    title: 'Another version went live in the meantime.',
    hint: 'Look at what is live now, then decide again.',
  },
} as const satisfies Record<string, ErrorSpec>;
