import { PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import type { Refusal } from '../identity.ts';

const PASSWORD_HINT = `At least ${PASSWORD_CHARACTERS.min} characters. A sentence is easier to remember than a puzzle.`;
const PASSWORD_LENGTH = `Use ${PASSWORD_CHARACTERS.min} to ${PASSWORD_CHARACTERS.max} characters.`;

/** Words of the pages where a person signs in. */
export const SIGN_IN = {
  title: 'Sign in',
  lead: 'Publish and govern connectors for Claude and every other MCP client.',
  email: 'Email',
  password: 'Password',
  submit: 'Sign in',
  forgot: 'Forgot your password?',
  noAccount: 'No account yet?',
  toSignUp: 'Create one',
  byInvitation: 'Accounts are created by invitation. Ask an owner or admin of your organization for a link.',
  emailInvalid: 'Enter an email address, such as you@example.com.',
  passwordMissing: 'Enter your password.',
} as const;

export const SIGN_UP = {
  title: 'Create an account',
  name: 'Your name',
  nameMissing: 'Enter a name that your colleagues know you by.',
  passwordHint: PASSWORD_HINT,
  passwordLength: PASSWORD_LENGTH,
  passwordByMail: 'You choose your password behind the link that we send to this address.',
  mailed: (email: string) =>
    `Look for a mail to ${email}: the link in it confirms your address and sets your password.`,
  submit: 'Create account',
  haveAccount: 'Already have an account?',
  toSignIn: 'Sign in',
} as const;

export const REFUSALS = {
  wrong_password: 'The current password is not right. Nothing was changed.',
  wrong_credentials: 'Email and password do not match an account. Check both and try again.',
  sign_up_closed: 'This installation does not accept new accounts for this address. Ask an owner for an invitation.',
  not_created: 'The account could not be created. If you already have one, sign in instead.',
  weak_password: `The password is not accepted. Use ${PASSWORD_CHARACTERS.min} to ${PASSWORD_CHARACTERS.max} characters.`,
  too_many_attempts: 'Too many attempts. Wait a minute, then try again.',
  unavailable: 'Patchbay does not answer right now. Nothing was changed; try again in a moment.',
} satisfies Record<Refusal, string>;

/** Words of the page about a person's own account. */
export const ACCOUNT = {
  title: 'Your account',
  lead: 'Your name and how you sign in, the same in all your organizations.',
  profile: 'Profile',
  name: 'Name',
  email: 'Email',
  address: 'Your address',
  addressLead: {
    proved: 'Confirmed: you opened a link that was mailed to it.',
    smtp: 'Not confirmed yet. The link in the mail asks for a new password and ends everything set up before: sign-ins, passkeys, API keys and connected clients.',
    terminal:
      'Not confirmed yet. This installation has no mail server: the link is shown in the terminal that Patchbay was started in.',
    off: 'Not confirmed. This installation sends no mail, so no address has to be confirmed.',
  },
  sendProof: 'Send the link',
  proofSent: 'The link is on its way. Look into the folder for spam too.',
  password: 'Password',
  passwordLead: 'Changing it signs you out everywhere else.',
  currentPassword: 'Current password',
  newPassword: 'New password',
  newPasswordHint: PASSWORD_HINT,
  newPasswordLength: PASSWORD_LENGTH,
  currentPasswordMissing: 'Enter your current password.',
  changePassword: 'Change password',
  passwordChanged: 'Your password is changed. You are signed out everywhere else.',
} as const;

/** Words about programs that administer as a person, on the account page. */
export const PROGRAMS = {
  title: 'Signed-in programs',
  lead: 'Programs that administer as you, such as the command line after `patchbay login`. They create no keys and approve nothing.',
  none: 'No program is signed in.',
  since: (day: string, address: string | null) => `Since ${day}${address === null ? '' : ` from ${address}`}`,
  until: (day: string) => `until ${day}`,
  used: (day: string) => `last used ${day}`,
  unused: 'not used yet',
  only: (names: string) => `Only ${names}`,
  end: 'Sign out',
  endOf: (name: string) => `Sign out ${name}`,
  endTitle: (name: string) => `Sign out ${name}?`,
  endBody: 'It stops at its next request. Sign in from there again when you need it.',
  ended: (name: string) => `${name} is signed out.`,
} as const;
