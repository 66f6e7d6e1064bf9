import { AppError } from '@patchbay/foundation';

/**
 * The facts that a client needs to sign in at a URL. Both are facts of the answer's body too, for people who read it.
 *
 * @see RFC 9728 §5.1, RFC 6750 §3
 */
export interface Challenge {
  /** Absolute URL of the document about the resource. */
  readonly resourceMetadata: string;
  /** All scopes of the resource, separated by spaces: clients ask for them at once. */
  readonly scope: string;
}

/** Where the document about a resource is. `path`: exactly as the client wrote it. @see RFC 9728 §3.1 */
export const METADATA_PATH = '/.well-known/oauth-protected-resource';

export function challengeOf(origin: string, path: string, scopes: readonly string[]): Challenge {
  return { resourceMetadata: `${origin}${METADATA_PATH}${path}`, scope: scopes.join(' ') };
}

/** The error with the challenge, where signing in can help; any other value as it is. */
export function withChallenge(error: unknown, challenge: Challenge | null): unknown {
  if (challenge === null || !(error instanceof AppError)) return error;
  const helps = error.spec.status === 401 || error.code === 'mcp.insufficient_scope';
  return helps ? error.with({ data: { ...error.data, ...challenge } }) : error;
}

/**
 * The value of `WWW-Authenticate` for an error; null where none belongs. It holds texts of ours and paths of slugs only,
 * so nothing in it needs escaping.
 *
 * @param realm names the resource where there is no document about it: one that takes API keys only
 */
export function authenticateHeader(error: AppError, realm: string): string | null {
  const { status, title } = error.spec;
  if (status !== 401 && error.code !== 'mcp.insufficient_scope') return null;
  const { resourceMetadata, scope } = error.data ?? {};
  const where =
    typeof resourceMetadata === 'string'
      ? [`resource_metadata="${resourceMetadata}"`, `scope="${scope}"`]
      : [`realm="${realm}"`];
  if (error.code === 'mcp.token_missing') return `Bearer ${where.join(', ')}`;
  const reason = status === 401 ? 'invalid_token' : 'insufficient_scope';
  const described = title.replace(/[^ !#-[\]-~]/g, '');
  return `Bearer ${[...where, `error="${reason}"`, `error_description="${described}"`].join(', ')}`;
}
