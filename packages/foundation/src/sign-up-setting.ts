/**
 * What production does not accept of PATCHBAY_SIGNUP, or null. Nobody can prove an e-mail address while no mail is sent, so
 * `domain:example.com` would let everybody in who types an address of the domain.
 */
export function signUpProblem(setting: string | undefined): string | null {
  if (!setting?.startsWith('domain:')) return null;
  return 'proves nothing while this installation sends no mail: anybody can type an address of the domain. Use invite';
}
