import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';
import { ADMIN_LIMITS, DEPLOY_LIMITS, formatLimit, RETENTION } from '../limits/index.ts';

export const ADMIN_ERRORS = {
  'admin.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is nothing at this address.',
    hint: 'Check the path against the reference at /api/docs, and the names in it.',
  },
  'admin.invalid_request': {
    status: 400,
    owner: 'caller',
    title: 'The request does not fit what this endpoint takes.',
    hint: 'Correct the fields listed in `errors` and send it again.',
  },
  'admin.permission_missing': {
    status: 403,
    owner: 'caller',
    title: 'You may not do this in this organization.',
    hint: 'Ask an owner or admin of the organization for a role that includes the permission.',
  },
  'admin.scope_missing': {
    status: 403,
    owner: 'caller',
    title: 'The access token lacks the scope for this.',
    hint: 'Sign in again and allow the scope that `data` names.',
  },
  'admin.person_required': {
    status: 403,
    owner: 'caller',
    title: 'A program may not do this; it takes a signed-in person.',
    hint: `Sign in at ${PAGES.signIn} and do it there.`,
  },
  'admin.content_type': {
    status: 415,
    owner: 'caller',
    title: 'The body is not of a type this endpoint takes.',
    hint: 'Send `Content-Type: application/json`; for source, `application/gzip` or `application/zip`.',
  },
  'admin.body_too_large': {
    status: 413,
    owner: 'caller',
    title: 'The body is larger than this endpoint takes.',
    hint: `Send less: JSON up to ${formatLimit(ADMIN_LIMITS.body)}, source archives up to ${formatLimit(DEPLOY_LIMITS.source)}.`,
  },
  'admin.too_many_streams': {
    status: 429,
    owner: 'caller',
    title: 'Too many event streams are open for this caller.',
    hint: 'Close one of them, or wait until one ends.',
  },
  'admin.last_owner': {
    status: 409,
    owner: 'caller',
    title: 'An organization keeps at least one owner.',
    hint: 'Make another member an owner first.',
  },
  'admin.role_above_own': {
    status: 403,
    owner: 'caller',
    title: 'Only an owner may give or take the role of owner.',
    hint: 'Ask an owner of the organization.',
  },
  'admin.already_member': {
    status: 409,
    owner: 'caller',
    title: 'This person is a member already, or has been invited.',
    hint: 'Look at the lists of members and invitations.',
  },
  'admin.organization_deleted': {
    status: 410,
    owner: 'caller',
    title: 'This organization is deleted.',
    hint: `An owner can restore it within ${formatLimit(RETENTION.restorable)}.`,
  },
  'admin.not_yet': {
    status: 409,
    owner: 'caller',
    title: 'This is not known yet.',
    hint: 'Wait until the deploy has reached that step, then retry.',
  },
  'admin.download_gone': {
    status: 404,
    owner: 'caller',
    title: 'This download address is used up or has expired.',
    hint: 'Request a new one on the page that offered it.',
  },
} as const satisfies Record<string, ErrorSpec>;
