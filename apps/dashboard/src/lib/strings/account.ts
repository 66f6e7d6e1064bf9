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
  because: {
    fresh_sign_in: 'The connector demands a recent sign-in. Sign in again, and you come back to it.',
  },
  codeLead: 'Your password is right. Enter the code that your authenticator app shows.',
  code: 'Code',
  codeHint: 'Without your phone, enter a recovery code.',
  codeMissing: 'Enter the code of six digits, or a recovery code.',
  submitCode: 'Continue',
  startOver: 'Start over',
  passkey: 'Use a passkey',
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
  wrong_code: 'The code is not right. Enter the one that the app shows now, or a recovery code that you have not used.',
  used_code: 'This code was used already. Wait for the next one, at most half a minute.',
  expired: 'This sign-in has expired. Begin again with your password.',
  locked: 'Too many wrong codes. Wait a quarter of an hour, or sign in with a passkey.',
  not_fresh: 'Your sign-in is older than a quarter of an hour. Sign in again, then repeat this.',
  passkey_refused: 'No passkey was accepted. Try again, or use another way to sign in.',
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
  lead: 'Programs that administer as you, such as the command line after its sign-in. They create no keys and approve nothing.',
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

/** Words of the sections about second factors and passkeys. */
export const FACTORS = {
  app: 'Authenticator app',
  appLead: 'Asks for a code of an app on your phone each time you sign in with your password.',
  appOff: 'Off',
  appOn: (codes: number) => `On. ${codes} recovery codes are left.`,
  setUp: 'Set up',
  setUpTitle: 'Set up an authenticator app',
  password: 'Password',
  passwordMissing: 'Enter your password.',
  next: 'Continue',
  scan: 'Scan this with the app, or type its key there.',
  qr: 'QR code for the authenticator app',
  key: 'Key for the app',
  recovery: 'Recovery codes',
  recoveryLead:
    'Each signs you in once, without your phone. They are shown only now: keep them where your phone is not.',
  copyRecovery: 'Copy the recovery codes',
  firstCode: 'Code that the app shows',
  finish: 'Turn on',
  isOn: 'The authenticator app is set up. Signing in asks for its code from now on.',
  turnOff: 'Turn off',
  turnOffTitle: 'Turn the authenticator app off?',
  turnOffBody: 'Your password alone signs you in then, and connectors that demand a second factor refuse you.',
  isOff: 'The authenticator app is off.',
  renew: 'New recovery codes',
  renewTitle: 'Make new recovery codes?',
  renewBody: 'The present ones stop working at once.',
  renewDo: 'Make new codes',
  done: 'I have kept them',
  passkeys: 'Passkeys',
  passkeysLead: 'Sign in with your finger, face or PIN instead of a password. A passkey counts as a second factor too.',
  passkeyList: 'Your passkeys',
  noPasskey: 'You have no passkey yet.',
  addPasskey: 'Add a passkey',
  passkeyName: 'Name',
  passkeyNameHint: 'So that you recognize it later, such as “Laptop”.',
  passkeyNameMissing: 'Enter a name of 1 to 80 characters.',
  passkeyAdded: 'The passkey is added.',
  synced: 'synced',
  rename: 'Rename',
  renameWhich: (name: string) => `Rename ${name}`,
  saveName: 'Save',
  remove: 'Remove',
  removeWhich: (name: string) => `Remove ${name}`,
  removeTitle: (name: string) => `Remove ${name}?`,
  removeBody: 'It signs you in no more. Delete it on the device too.',
  signInAgain: 'Sign in again',
} as const;

export const SESSIONS = {
  title: 'Sessions',
  lead: 'Where you are signed in. End what you do not recognize, and change your password then.',
  list: 'Your sessions',
  current: 'this one',
  from: (address: string) => `from ${address}`,
  seen: 'last seen',
  withSecondFactor: 'second factor',
  end: 'End',
  endWhich: (device: string) => `End the session of ${device}`,
  endOthers: 'End all others',
  ended: 'The session has ended.',
  endedOthers: (count: number) => (count === 1 ? 'One session has ended.' : `${count} sessions have ended.`),
} as const;

/** Words of the page between an MCP client and a connector that demands a second factor. */
export const SECOND_FACTOR = {
  title: 'One more step',
  lead: 'The connector demands a second factor. Prove yours, and you come back to it.',
  setUpLead:
    'The connector demands a second factor, and your account has none yet. Set one up, and you come back to it.',
  setUpApp: 'Set up an authenticator app',
  usePasskey: 'Use a passkey',
  addPasskey: 'Add a passkey',
} as const;
