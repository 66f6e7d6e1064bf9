import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';

export const AUTH_ERRORS = {
  'auth.required': {
    status: 401,
    owner: 'caller',
    title: 'Authentication required.',
    hint: `Sign in at ${PAGES.signIn}, or send "Authorization: Bearer pbk_admin_…" or "pbk_deploy_…".`,
  },
  'auth.token_invalid': {
    status: 401,
    owner: 'caller',
    title: 'The access token is not one for the admin API.',
    hint: 'Sign in with `patchbay login`; a token for an MCP server opens that server alone.',
  },
  'auth.token_expired': {
    status: 401,
    owner: 'caller',
    title: 'The access token has expired.',
    hint: 'Refresh it, or sign in again with `patchbay login`.',
  },
  'auth.sign_in_ended': {
    status: 401,
    owner: 'caller',
    title: 'The sign-in of this program has ended.',
    hint: 'Sign in again with `patchbay login`.',
  },
  'auth.cross_site': {
    status: 403,
    owner: 'caller',
    title: 'This request came from another site.',
    hint: `Repeat it from the page itself, at ${PAGES.home}.`,
  },
  'auth.session_elsewhere': {
    status: 401,
    owner: 'caller',
    title: 'This sign-in was made through the identity provider of one organization, and opens that one alone.',
    hint: `Sign out, then sign in at ${PAGES.signIn} with your password or through this organization’s own provider.`,
  },
  'auth.provider_required': {
    status: 401,
    owner: 'caller',
    title: 'This organization demands that its members sign in through its identity provider.',
    hint: `Sign out, then sign in with your organization at ${PAGES.signIn}. An owner with a second factor can use their password.`,
  },
  'auth.sign_up_closed': {
    status: 403,
    owner: 'caller',
    title: 'Accounts on this installation are created by invitation.',
    hint: 'Ask an owner or admin of an organization to invite this e-mail address.',
  },
  'auth.not_offered': {
    status: 404,
    owner: 'caller',
    title: 'This installation does not offer this sign-in function.',
    hint: `Use the pages at ${PAGES.home}, or the admin API.`,
  },
  'auth.too_many_attempts': {
    status: 429,
    owner: 'caller',
    title: 'Too many attempts from this address.',
    hint: 'Wait a minute and try again.',
  },
  'auth.too_many_link_attempts': {
    status: 429,
    owner: 'caller',
    title: 'Too many attempts with this link.',
    hint: 'Wait a minute and try again; the link stays valid.',
  },
  'auth.too_many_account_attempts': {
    status: 429,
    owner: 'caller',
    title: 'Too many attempts at this account from new addresses.',
    hint: 'Wait a minute and try again, or sign in from a network where you have signed in before.',
  },
  'auth.code_wrong': {
    status: 400,
    owner: 'caller',
    title: 'The code is not right.',
    hint: 'Enter the code that the app shows now, or a recovery code that was not used yet.',
  },
  'auth.code_used': {
    status: 409,
    owner: 'caller',
    title: 'This code was used already.',
    hint: 'Wait for the next code of the app, at most half a minute.',
  },
  'auth.challenge_expired': {
    status: 401,
    owner: 'caller',
    title: 'This sign-in has expired.',
    hint: `Begin again at ${PAGES.signIn}.`,
  },
  'auth.password_wrong': {
    status: 400,
    owner: 'caller',
    title: 'The password is not right.',
    hint: 'Enter the password of this account. Nothing was changed.',
  },
  'auth.second_factor_on': {
    status: 409,
    owner: 'caller',
    title: 'This account has an authenticator app already.',
    hint: `Turn it off at ${PAGES.account} before you set up another one.`,
  },
  'auth.second_factor_off': {
    status: 409,
    owner: 'caller',
    title: 'This account has no authenticator app.',
    hint: `Set one up at ${PAGES.account}.`,
  },
  'auth.second_factor_locked': {
    status: 429,
    owner: 'caller',
    title: 'Too many wrong codes for this account.',
    hint: 'Wait a quarter of an hour, or sign in with a passkey. If it was not you, change your password.',
  },
  'auth.sign_in_not_fresh': {
    status: 403,
    owner: 'caller',
    title: 'This needs a recent sign-in.',
    hint: `Sign in again at ${PAGES.signIn} and repeat it.`,
  },
  'auth.passkey_refused': {
    status: 400,
    owner: 'caller',
    title: 'The passkey was not accepted.',
    hint: 'Use a passkey of this account on this installation, and confirm with your finger, face or PIN.',
  },
  'auth.setup_link_invalid': {
    status: 404,
    owner: 'caller',
    title: 'This setup link is not valid any more.',
    hint: 'While there is no owner, `patchbay admin setup-link` on the machine prints a new link, and so does a restart.',
  },
  'auth.invitation_invalid': {
    status: 404,
    owner: 'caller',
    title: 'This invitation is no longer valid.',
    hint: 'Ask the person who invited you for a new link.',
  },
  'auth.setup_refused': {
    status: 400,
    owner: 'caller',
    title: 'The form was not accepted.',
    hint: 'Correct the fields marked on the page and send it again.',
  },
} as const satisfies Record<string, ErrorSpec>;
