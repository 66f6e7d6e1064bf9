/**
 * The reason why production refuses a value of PATCHBAY_SIGNUP, or null. E-mail addresses are not verified while no
 * mail is sent, so `domain:example.com` would admit every person who types an address of the domain.
 */
export function signUpProblem(setting: string | undefined): string | null {
  if (!setting?.startsWith('domain:')) return null;
  return 'proves nothing while this installation sends no mail: any person can type an address of the domain. Use invite';
}
