import type { ErrorSpec } from '../errors.ts';

export const ORGANIZATIONS_ERRORS = {
  'organizations.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such organization.',
    hint: 'Check the slug; you see only organizations that you are a member of.',
  },
  'organizations.slug_invalid': {
    status: 422,
    owner: 'caller',
    title: 'This is not an organization slug.',
    hint: 'Use 2 to 32 of a-z, 0-9 and -, without a hyphen first, last or doubled.',
  },
  'organizations.slug_reserved': {
    status: 422,
    owner: 'caller',
    title: 'This organization slug is reserved.',
    hint: 'Choose another slug: this word is, or may become, an address of the platform.',
  },
  'organizations.name_needs_release': {
    status: 403,
    owner: 'caller',
    title: 'This name looks like a brand and must be released by the operator.',
    hint: 'Choose another name, or ask the operator to release this one to you.',
  },
  'organizations.slug_taken': {
    status: 409,
    owner: 'caller',
    title: 'Another organization has this slug.',
    hint: 'Choose another slug.',
  },
  'organizations.slug_retired': {
    status: 409,
    owner: 'caller',
    title: 'This slug belonged to another organization and is never reassigned.',
    hint: 'Choose another slug.',
  },
  'organizations.already_deleted': {
    status: 409,
    owner: 'caller',
    title: 'This organization is already deleted.',
    hint: 'An owner can restore it until the date in `purgeAfter`.',
  },
  'organizations.not_deleted': {
    status: 409,
    owner: 'caller',
    title: 'This organization is not deleted.',
    hint: 'Nothing needs to be restored.',
  },
} as const satisfies Record<string, ErrorSpec>;
