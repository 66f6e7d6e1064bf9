/** Sign-in, sign-up and change of password, at `/api/auth` of the page's own origin. */

export type Refusal =
  | 'wrong_credentials'
  | 'wrong_password'
  | 'wrong_code'
  | 'used_code'
  | 'expired'
  | 'locked'
  | 'not_fresh'
  | 'passkey_refused'
  | 'sign_up_closed'
  | 'not_created'
  | 'weak_password'
  | 'too_many_attempts'
  | 'unavailable';

export type Refused = { readonly ok: false; readonly reason: Refusal };
/** `answer`: the body, read loosely. */
export type IdentityResult = { readonly ok: true; readonly answer: unknown } | Refused;

/** @returns `needsCode`: the password was right, and a code of the second factor has to follow */
export async function signIn(
  email: string,
  password: string,
): Promise<{ readonly ok: true; readonly needsCode: boolean } | Refused> {
  const result = await post('sign-in/email', { email, password });
  return result.ok ? { ok: true, needsCode: fieldOf(result.answer, 'twoFactorRedirect') === true } : result;
}

/** @param person without a password where mail is sent: its owner chooses one behind the link */
export function signUp(person: {
  readonly name: string;
  readonly email: string;
  readonly password?: string;
}): Promise<IdentityResult> {
  return post('sign-up/email', { ...person });
}

/** Sends the signed-in person a link that proves their address. */
export function sendProof(): Promise<IdentityResult> {
  return post('send-proof', {});
}

/** Whether the signed-in person has proved their address. */
export async function fetchIsProved(): Promise<boolean> {
  const response = await fetch('/api/auth/get-session');
  const answer: unknown = response.ok ? await response.json() : null;
  return JSON.stringify(answer ?? '').includes('"emailVerified":true');
}

export function signOut(): Promise<IdentityResult> {
  return post('sign-out', {});
}

/** Changes the password of the signed-in person, and ends every other session of theirs. */
export function changePassword(currentPassword: string, newPassword: string): Promise<IdentityResult> {
  return post('change-password', { currentPassword, newPassword, revokeOtherSessions: true });
}

/** Accounts are created by every visitor, by people of one domain, or by people with an invitation. */
export type SignUpPolicy = 'open' | 'domain' | 'invite';

/** By a mail server, to the terminal of the person who started the platform, or not at all. */
export type MailChannel = 'smtp' | 'terminal' | 'off';

export interface SignUpOffer {
  readonly policy: SignUpPolicy;
  readonly mail: MailChannel;
}

/** Anything unexpected counts as open, and without mail: the installation refuses by itself. */
export async function fetchSignUpOffer(): Promise<SignUpOffer> {
  const response = await fetch('/api/auth/sign-up');
  const answer: unknown = response.ok ? await response.json() : null;
  const { policy, mail } = { policy: null, mail: null, ...(typeof answer === 'object' ? answer : null) };
  return {
    policy: policy === 'invite' || policy === 'domain' ? policy : 'open',
    mail: mail === 'smtp' || mail === 'terminal' ? mail : 'off',
  };
}

export function post(action: string, body: Readonly<Record<string, unknown>>): Promise<IdentityResult> {
  return send(action, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

export async function send(action: string, init: RequestInit): Promise<IdentityResult> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${action}`, init);
  } catch {
    return { ok: false, reason: 'unavailable' };
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return { ok: true, answer };
  return { ok: false, reason: refusalOf(action, response.status, String(fieldOf(answer, 'code') ?? '')) };
}

export function fieldOf(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
}

/** Refusals by the code of the installation's error. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  'auth.password_wrong': 'wrong_password',
  'auth.code_wrong': 'wrong_code',
  'auth.code_used': 'used_code',
  'auth.challenge_expired': 'expired',
  'auth.second_factor_locked': 'locked',
  'auth.sign_in_not_fresh': 'not_fresh',
  'auth.passkey_refused': 'passkey_refused',
};

/**
 * The text shown to the person. A wrong password and an unknown address look the same, and so do an address that is
 * taken and one that may not sign up, so that the form never reveals who has an account.
 */
export function refusalOf(action: string, status: number, code: string): Refusal {
  const refusal = REFUSALS[code];
  if (refusal !== undefined) return refusal;
  if (status === 429) return 'too_many_attempts';
  if (status >= 500) return 'unavailable';
  if (action === 'sign-in/email') return 'wrong_credentials';
  if (code === 'INVALID_PASSWORD') return 'wrong_password';
  if (/PASSWORD_TOO_(SHORT|LONG)|password/i.test(code)) return 'weak_password';
  if (status === 403 || /sign_?up/i.test(code)) return 'sign_up_closed';
  return 'not_created';
}
