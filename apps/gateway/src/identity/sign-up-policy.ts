/**
 * The sign-up policy: `open`, `invite`, or `domain:example.com`. A new account is entered only by the link in the mail to
 * its address; without mail `domain:` proves nothing, and production refuses it.
 */
export type SignUpPolicy =
  | { readonly kind: 'open' }
  | { readonly kind: 'invite' }
  | { readonly kind: 'domain'; readonly domain: string };

/** From PATCHBAY_SIGNUP, whose form the config has checked. */
export function parseSignUpPolicy(text: string): SignUpPolicy {
  if (text === 'open' || text === 'invite') return { kind: text };
  return { kind: 'domain', domain: text.replace(/^domain:/, '').toLowerCase() };
}

/**
 * Whether an account may be made for the address. Pure.
 *
 * @param invited whether the caller has an open invitation to exactly this address
 */
export function mayEnrol(policy: SignUpPolicy, email: string, invited: boolean): boolean {
  if (policy.kind === 'open' || invited) return true;
  return policy.kind === 'domain' && email.toLowerCase().endsWith(`@${policy.domain}`);
}
