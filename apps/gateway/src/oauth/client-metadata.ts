import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { classifyRedirectUri } from './redirect-uri.ts';

/** Client metadata as this server keeps it: nothing that a client could gain a grant without a person by. @see RFC 7591 §2 */
export interface ClientMetadata {
  readonly client_name: string;
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly string[];
  readonly response_types: readonly ['code'];
  readonly token_endpoint_auth_method: 'none' | 'client_secret_basic' | 'client_secret_post';
  readonly application_type: 'native' | 'web';
  readonly client_uri?: string;
}

const BYTES_MAX = OAUTH_LIMITS.clientMetadata.value;
const REDIRECT_URIS_MAX = OAUTH_LIMITS.redirectUris.value;
const NAME_MAX = 80;

/** Grants that need a person's consent. Every other one a registration asks for is left out. */
const GRANT_TYPES: readonly string[] = ['authorization_code', 'refresh_token'];

const Registration = z.object({
  client_name: z.string().optional(),
  redirect_uris: z.array(z.string()).min(1, 'redirect_uris is missing').max(REDIRECT_URIS_MAX),
  grant_types: z.array(z.string()).optional(),
  response_types: z.array(z.string()).optional(),
  token_endpoint_auth_method: z.enum(['none', 'client_secret_basic', 'client_secret_post']).optional(),
  application_type: z.enum(['native', 'web']).optional(),
  client_uri: z.url({ protocol: /^https$/ }).optional(),
});

export type Admission = { readonly metadata: ClientMetadata } | { readonly problem: string };

/**
 * The metadata a registration is admitted with, or why it is refused. Pure. Only grants with a person are taken over, `scope` is
 * dropped (it would pin the client, and a later step-up would fail), and a client that does not name its kind is native,
 * since loopback redirects without a port are refused to web clients.
 *
 * @see RFC 7591 §2 (`token_endpoint_auth_method` is `client_secret_basic` when it is missing), §3.2.2
 */
export function admitRegistration(body: unknown): Admission {
  if (Buffer.byteLength(JSON.stringify(body) ?? '') > BYTES_MAX) return { problem: 'client metadata is too large' };
  const parsed = Registration.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join('.') ?? 'client metadata'}: ${issue?.message ?? 'is not valid'}` };
  }
  const asked = parsed.data;
  for (const uri of asked.redirect_uris) {
    const found = classifyRedirectUri(uri);
    // The provider answers invalid_redirect_uri for descriptions that begin like this.
    if ('problem' in found) return { problem: `redirect_uris: ${found.problem}` };
  }
  const grants = asked.grant_types?.filter((type) => GRANT_TYPES.includes(type)) ?? GRANT_TYPES;
  if (!grants.includes('authorization_code')) {
    return { problem: 'grant_types: only authorization_code, with refresh_token, is granted to registered clients' };
  }
  if (asked.response_types !== undefined && !asked.response_types.includes('code')) {
    return { problem: 'response_types: only code is supported' };
  }
  return {
    metadata: {
      client_name: shownName(asked.client_name),
      redirect_uris: asked.redirect_uris,
      grant_types: grants,
      response_types: ['code'],
      token_endpoint_auth_method: asked.token_endpoint_auth_method ?? 'client_secret_basic',
      application_type: asked.application_type ?? 'native',
      ...(asked.client_uri !== undefined && { client_uri: asked.client_uri }),
    },
  };
}

/** One line without control characters and without what turns the direction of text; a name is never empty. */
export function shownName(name: string | undefined): string {
  const plain = (name ?? '')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return Array.from(plain).slice(0, NAME_MAX).join('') || 'Unnamed client';
}
