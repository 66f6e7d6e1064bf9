/**
 * Copies of client metadata documents of vendors, for when the vendor’s host does not answer us: at least one operator saw
 * the document answered with a challenge for browsers from a data centre. A copy is used only while fetching fails.
 *
 * Each names where it was seen and when. None is guessed.
 */
export interface PinnedDocument {
  readonly client_id: string;
  readonly client_name: string;
  readonly redirect_uris: readonly string[];
  readonly grant_types: readonly string[];
  readonly response_types: readonly string[];
  readonly token_endpoint_auth_method: 'none';
}

/**
 * Claude on the web, desktop and mobile. Seen on 2026-09-29 at its own address, which is its `client_id`: name, redirect,
 * grant types and method.
 */
const CLAUDE: PinnedDocument = {
  client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
  client_name: 'Claude',
  redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

/**
 * Claude Code. As quoted in the issue anthropics/claude-code#37747: both redirects without a port, and no
 * `application_type`.
 */
const CLAUDE_CODE: PinnedDocument = {
  client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
  client_name: 'Claude Code',
  redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

export const PINNED_DOCUMENTS: ReadonlyMap<string, PinnedDocument> = new Map(
  [CLAUDE, CLAUDE_CODE].map((document) => [document.client_id, document]),
);
