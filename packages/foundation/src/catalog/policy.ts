import type { ErrorSpec } from '../errors.ts';

export const POLICY_ERRORS = {
  'policy.needs_approval': {
    status: 403,
    owner: 'caller',
    title: 'This tool requires approval, and approvals are not available yet.',
    hint: 'An owner must allow it: annotate the tool as readOnly or destructive: false where that is true, and deploy again.',
  },
  'policy.tool_blocked': {
    status: 403,
    owner: 'caller',
    title: 'This tool is blocked by a policy of the organization.',
    hint: 'Ask an owner or admin of the organization to change the policy.',
  },
  'policy.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such policy.',
    hint: 'List the policies of the organization and use an id from there.',
  },
  'policy.invalid': {
    status: 422,
    owner: 'caller',
    title: 'The policy cannot be used as it is.',
    hint: 'Change what the detail names.',
  },
  'policy.name_taken': {
    status: 409,
    owner: 'caller',
    title: 'Another policy of the organization has this name.',
    hint: 'Choose another name, or change that policy.',
  },
  'policy.too_many': {
    status: 409,
    owner: 'caller',
    title: 'The organization has the maximum number of policies.',
    hint: 'Delete policies that are no longer needed; one policy can name up to 100 tools.',
  },
  'policy.outdated': {
    status: 409,
    owner: 'caller',
    title: 'The policies have changed since they were read.',
    hint: 'Read them again, look at the difference, and repeat the change.',
  },
} as const satisfies Record<string, ErrorSpec>;
