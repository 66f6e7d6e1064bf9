import type { NewFinding, Scanner } from './scanner.ts';

/** Patterns of known credentials. Random-looking text is not searched for: bundles are full of it. */
const FORMS: readonly { readonly what: string; readonly matches: RegExp }[] = [
  { what: 'a private key', matches: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\n|\s)+[A-Za-z0-9+/]{40}/ },
  { what: 'an AWS access key', matches: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  { what: 'a GitHub token', matches: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/ },
  { what: 'a GitLab token', matches: /\bglpat-[A-Za-z0-9_-]{20,}\b/ },
  { what: 'a Slack token', matches: /\bxox[abprs]-[A-Za-z0-9-]{20,}\b/ },
  { what: 'an Anthropic key', matches: /\bsk-ant-[a-z0-9]+-[A-Za-z0-9_-]{60,}\b/ },
  { what: 'an OpenAI key', matches: /\bsk-(?:proj-)?[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b/ },
  { what: 'a Stripe live key', matches: /\b[rs]k_live_[A-Za-z0-9]{24,}\b/ },
  { what: 'a Google API key', matches: /\bAIza[A-Za-z0-9_-]{35}\b/ },
  { what: 'an npm token', matches: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { what: 'a SendGrid key', matches: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/ },
  { what: 'a Patchbay key', matches: /\bpbk_(?:mcp|deploy|admin)_[A-Za-z0-9_-]{49}\b/ },
];

/** The kinds found in a text, in words; the value itself is not repeated, because findings have more readers. */
export function findSecrets(text: string): string[] {
  return FORMS.flatMap(({ what, matches }) => {
    const found = matches.exec(text);
    if (!found || /EXAMPLE|XXXX|0000000/i.test(found[0])) return [];
    return [`${what} (it starts with ${found[0].slice(0, 6)})`];
  });
}

/** Credentials written into the code. Every reader of the artifact could use them. */
export const scanSecrets: Scanner = ({ code }) =>
  findSecrets(code).map(
    (what): NewFinding => ({
      rule: 'secret_in_code',
      severity: 'error',
      subject: '',
      message: `The code holds ${what}.`,
      hint: 'Withdraw it where it was issued, remove it from the code, and set it with `patchbay secrets set NAME`.',
    }),
  );
