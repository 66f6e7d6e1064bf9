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
    hint: 'Activate the version you want with `patchbay deploy` or in the dashboard.',
  },
  'deployments.live_changed': {
    status: 409,
    owner: 'caller',
    title: 'Another version went live in the meantime.',
    hint: 'Look at what is live now, then decide again.',
  },
} as const satisfies Record<string, ErrorSpec>;
