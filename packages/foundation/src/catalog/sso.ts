import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';

export const SSO_ERRORS = {
  'sso.not_offered': {
    status: 404,
    owner: 'caller',
    title: 'There is no sign-in of an organization at this address.',
    hint: `Look at the name of the organization, or sign in at ${PAGES.signIn} with your password.`,
  },
  'sso.request_expired': {
    status: 400,
    owner: 'caller',
    title: 'This sign-in is over, or was begun in another browser.',
    hint: 'Begin again at the sign-in page, in this browser, and finish within ten minutes.',
  },
  'sso.declined': {
    status: 403,
    owner: 'caller',
    title: 'The identity provider did not sign you in.',
    hint: 'Try again, and allow the sign-in there. When it refuses you, ask who manages it in your organization for access.',
  },
  'sso.provider_unreachable': {
    status: 502,
    owner: 'upstream',
    title: 'The identity provider of this organization cannot be reached.',
    hint: 'Try again in a few minutes. When it stays, ask an owner: they see whether the provider is available and its address is right.',
  },
  'sso.answer_invalid': {
    status: 502,
    owner: 'upstream',
    title: 'The identity provider’s answer cannot be used.',
    hint: 'Sign in again from the start. When it happens again, ask an owner of the organization.',
  },
  'sso.identity_taken': {
    status: 409,
    owner: 'caller',
    title: 'This account of the identity provider already signs in another person here.',
    hint: 'Sign in at the provider with your own account, or ask an owner to remove the other member.',
  },
  'sso.address_taken': {
    status: 409,
    owner: 'caller',
    title: 'There is an account with this e-mail address here already.',
    hint: `When it is yours, sign in at ${PAGES.signIn} with its password and connect your organization on your account page. Otherwise ask an owner.`,
  },
  'sso.not_a_member': {
    status: 403,
    owner: 'caller',
    title: 'The identity provider knows you, but you are not a member of this organization.',
    hint: 'Ask an owner or admin for an invitation.',
  },
  'sso.not_configured': {
    status: 404,
    owner: 'caller',
    title: 'The organization has no identity provider.',
    hint: `An owner sets one at ${PAGES.signInSettings}.`,
  },
  'sso.issuer_unusable': {
    status: 400,
    owner: 'caller',
    title: 'This issuer cannot be used.',
    hint: 'Enter the issuer exactly as the identity provider shows it, an https URL whose /.well-known/openid-configuration is public.',
  },
  'sso.not_tested': {
    status: 409,
    owner: 'caller',
    title: 'The identity provider was not tested with its present settings.',
    hint: `Make a test sign-in at ${PAGES.signInSettings} first.`,
  },
  'sso.not_active': {
    status: 409,
    owner: 'caller',
    title: 'The identity provider is not in service.',
    hint: `Put it into service at ${PAGES.signInSettings} first.`,
  },
  'sso.required': {
    status: 409,
    owner: 'caller',
    title: 'Members have to sign in with this identity provider.',
    hint: `Stop demanding it at ${PAGES.signInSettings} first, then change it.`,
  },
  'sso.sign_in_with_it_first': {
    status: 409,
    owner: 'caller',
    title: 'This can be demanded only by an owner who is signed in through the identity provider.',
    hint: 'Connect your account with the provider, sign in through it, and demand it then: so that it surely lets one owner in.',
  },
} as const satisfies Record<string, ErrorSpec>;
