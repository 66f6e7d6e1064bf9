import type { ProviderFacts } from '@patchbay/domain/connections';
import { z } from 'zod';

const Answer = z.record(z.string(), z.unknown());

/**
 * A token response as RFC 6749 §5.1 and §5.2 have it, from that of a provider which deviates: an error with status 200, a
 * person's token beside the application's. Members that no flow of ours needs are left out, an ID token among them. Pure.
 */
export function normalizeTokenResponse(
  { quirks }: Pick<ProviderFacts, 'quirks'>,
  status: number,
  text: string,
): { readonly status: number; readonly body: Readonly<Record<string, unknown>> } {
  const whole = parse(text);
  if (typeof whole.error === 'string' || whole.ok === false) {
    const body = { error: String(whole.error ?? 'invalid_request'), error_description: whole.error_description };
    return { status: Math.max(status, 400), body };
  }
  const nested = Answer.safeParse(whole.authed_user);
  const answer = quirks.includes('user_token_nested') && nested.success ? nested.data : whole;
  const { access_token, refresh_token, expires_in, scope, token_type = 'bearer' } = answer;
  return {
    status,
    body: withoutEmpty({
      access_token,
      refresh_token,
      expires_in: typeof expires_in === 'string' && /^\d{1,10}$/.test(expires_in) ? Number(expires_in) : expires_in,
      scope,
      // Slack names the kind of its own token here.
      token_type: quirks.includes('user_token_nested') ? 'bearer' : token_type,
    }),
  };
}

function parse(text: string): z.output<typeof Answer> {
  try {
    return Answer.parse(JSON.parse(text));
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}

function withoutEmpty(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );
}
