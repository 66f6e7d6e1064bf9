/**
 * The reason why production refuses a value of PATCHBAY_SIGNUP, or null. `domain:example.com` admits people who prove
 * an address of the domain; without mail none can, and every person who types one would be admitted.
 *
 * @param smtpUrl PATCHBAY_SMTP_URL
 */
export function signUpProblem(setting: string | undefined, smtpUrl: unknown): string | null {
  if (!setting?.startsWith('domain:') || smtpUrl !== undefined) return null;
  return 'proves nothing while this installation sends no mail: any person can type an address of the domain. Set PATCHBAY_SMTP_URL, or use invite';
}
