/** The way from the page behind an invitation's link, with a name and a password, into an account. */
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { FormValues } from './form-page.ts';
import type { Auth } from './lazy-auth.ts';
import { newLinkSecret } from './link-secret.ts';
import type { OpenInvitation } from './open-invitation.ts';
import type { SecondFactors } from './second-factors.ts';
import { proveAddress } from './set-password.ts';

/** A right password: the cookies of the session, or of the sign-in that a code has to complete. */
export interface Entry {
  readonly kind: 'signed_in' | 'code_needed';
  readonly cookies: string[];
}

interface Given {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

interface EnterDeps {
  readonly auth: Auth;
  readonly pool: Pool;
  readonly provesAddresses: boolean;
}

/**
 * Null when the password is not the account's. Without a mail server the account is made
 * on the way. With one, the inviter's link admits only an account whose address is proved; the mailed link proves it, and
 * gives an account that was not proved before this password, which ends whatever was in it.
 */
export async function enterByInvitation(
  deps: EnterDeps,
  { isMailed }: Pick<OpenInvitation, 'isMailed'>,
  given: Given,
): Promise<Entry | null> {
  if (!deps.provesAddresses) return signUpAndIn(deps.auth, given);
  const isProved = await isProvedAddress(deps, given.email);
  if (!isProved && !isMailed) return null;
  if (!isProved) await proveByMail(deps, given);
  return signIn(deps.auth, given);
}

/** @returns the cookies of the session; null without a code, and when it is wrong */
export async function enterCode(
  { auth, secondFactors }: { readonly auth: Auth; readonly secondFactors: SecondFactors },
  request: FastifyRequest,
  { cookies }: Entry,
): Promise<string[] | null> {
  const { code = '' } = (request.body ?? {}) as FormValues; // of the form's parser
  if (code === '') return null;
  const cookie = cookieOf(cookies);
  await secondFactors.admitCode({ headers: { cookie }, clientAddress: request.clientAddress }, code);
  return orRefusal(async () => {
    const { headers } = await auth.api.verifyTOTP({
      body: { code },
      headers: new Headers({ cookie }),
      returnHeaders: true,
    });
    return headers.getSetCookie();
  });
}

/** The `Cookie` that a browser would send after these `Set-Cookie`. */
export function cookieOf(cookies: readonly string[]): string {
  return cookies.map((text) => text.split(';', 1).join('')).join('; ');
}

async function isProvedAddress({ auth }: EnterDeps, email: string): Promise<boolean> {
  const { internalAdapter } = await auth.$context;
  const found = await internalAdapter.findUserByEmail(email);
  return found?.user.emailVerified === true;
}

async function proveByMail({ auth, pool }: EnterDeps, { name, email, password }: Given): Promise<void> {
  const { internalAdapter, password: passwords } = await auth.$context;
  // Answers alike whether or not there is an account; the password of a new one is set below.
  await auth.api.signUpEmail({ body: { name, email, password: newLinkSecret().reveal() } });
  const found = await internalAdapter.findUserByEmail(email);
  if (!found) throw new Error('the account of an invited person was not made');
  await proveAddress(pool, found.user.id, await passwords.hash(password));
}

async function signUpAndIn(auth: Auth, given: Given): Promise<Entry | null> {
  // Answers alike whether or not there is an account.
  const made = await orRefusal(() => auth.api.signUpEmail({ body: { ...given } }));
  return made && signIn(auth, given);
}

async function signIn(auth: Auth, { email, password }: Given): Promise<Entry | null> {
  return orRefusal(async () => {
    const { headers, response } = await auth.api.signInEmail({ body: { email, password }, returnHeaders: true });
    const kind = 'twoFactorRedirect' in response ? 'code_needed' : 'signed_in';
    return { kind, cookies: headers.getSetCookie() };
  });
}

/** Null where better-auth refuses. */
async function orRefusal<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const { APIError } = await import('better-auth/api');
    if (error instanceof APIError) return null;
    throw error;
  }
}
