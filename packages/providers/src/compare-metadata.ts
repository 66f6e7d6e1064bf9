import { z } from 'zod';
import type { Provider } from './provider.ts';

const metadataSchema = z.looseObject({
  authorization_endpoint: z.string().optional(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string().optional(),
  introspection_endpoint: z.string().optional(),
  userinfo_endpoint: z.string().optional(),
  scopes_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});

/**
 * Differences between a provider's file and the document that its server publishes (RFC 8414 §2, OpenID Connect Discovery
 * 1.0 §3), as sentences. Members that the document leaves out are not compared: servers may omit any of it.
 */
export function compareMetadata(provider: Provider, document: unknown): readonly string[] {
  const { oauth } = provider;
  if (!oauth) return [];
  const parsed = metadataSchema.safeParse(document);
  if (!parsed.success) return ['the document is no authorization server metadata'];
  const published = parsed.data;
  const differences: string[] = [];
  for (const name of ['authorization', 'token', 'revocation', 'introspection', 'userinfo'] as const) {
    const there = published[`${name}_endpoint`];
    const here = oauth.endpoints[name];
    if (there === undefined || here === there || isOtherStyle(name, provider)) continue;
    differences.push(`endpoints.${name} is ${here ?? 'missing'}, published is ${there}`);
  }
  const scopes = oauth.metadata?.listsScopes ? published.scopes_supported : undefined;
  for (const { name } of scopes ? oauth.scopes : []) {
    if (!scopes?.includes(name)) differences.push(`the scope ${name} is not published`);
  }
  const challenges = published.code_challenge_methods_supported;
  if (challenges && challenges.includes('S256') !== ['required', 'supported'].includes(oauth.pkce))
    differences.push(`pkce is ${oauth.pkce}, published are ${challenges.join(' ')}`);
  const methods = published.token_endpoint_auth_methods_supported;
  for (const method of methods ? oauth.clientAuthentication : []) {
    if (!methods?.includes(method)) differences.push(`the client authentication ${method} is not published`);
  }
  return differences;
}

/** A revocation that the file describes in words has no endpoint to compare. */
function isOtherStyle(name: string, { oauth }: Provider): boolean {
  return name === 'revocation' && oauth?.revocation.style !== 'rfc7009';
}
