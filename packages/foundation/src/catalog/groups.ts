import type { ErrorSpec } from '../errors.ts';

export const GROUPS_ERRORS = {
  'groups.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such group.',
    hint: 'List the groups of the organization and use an id from there.',
  },
  'groups.member_gone': {
    status: 404,
    owner: 'caller',
    title: 'The person is no longer a member of the organization.',
    hint: 'List the members of the organization and use an id from there.',
  },
  'groups.name_taken': {
    status: 409,
    owner: 'caller',
    title: 'Another group of the organization has this name.',
    hint: 'Choose another name, or use that group.',
  },
  'groups.in_use': {
    status: 409,
    owner: 'caller',
    title: 'A policy is for this group.',
    hint: 'Change or delete the policy that the detail names, then delete the group.',
  },
  'groups.too_many': {
    status: 409,
    owner: 'caller',
    title: 'The organization has the maximum number of groups.',
    hint: 'Delete a group that is no longer needed.',
  },
} as const satisfies Record<string, ErrorSpec>;
