import { AppError } from '@patchbay/foundation';
import type { ProgramContext } from '../program-context.ts';
import { signInWithBrowser } from '../sign-in/browser-sign-in.ts';
import { readPort } from '../sign-in/read-port.ts';

interface TokenOptions {
  readonly scope?: string;
  readonly port?: string;
}

/**
 * Prints an access token for the URL of a connector, and nothing else on standard output: for `authorization_token` of
 * the Messages API, and for CI. It is kept nowhere.
 */
export async function token(context: ProgramContext, connector: string, options: TokenOptions): Promise<void> {
  const port = readPort(options.port);
  const resource = await resourceOf(context, connector);
  const { origin } = new URL(resource);
  const { scope } = options;
  const { accessToken, expiresAt, scopes } = await signInWithBrowser(context, { origin, resource, scope, port });
  if (context.output.isTerminal) {
    context.output.notice(
      `This token is a secret: until ${expiresAt.slice(0, 16).replace('T', ' ')} UTC its holder calls ${resource} as you.`,
    );
  }
  context.output.result({ accessToken, expiresAt, scopes, resource }, accessToken);
}

/** @throws AppError cli.usage, cli.not_connected */
async function resourceOf(context: ProgramContext, connector: string): Promise<string> {
  if (!/^https?:\/\//.test(connector)) {
    const { origin, organization } = await context.session();
    return `${origin}/${organization}/${connector}/mcp`;
  }
  const isSent =
    URL.canParse(connector) && (connector.startsWith('https:') || new URL(connector).hostname === 'localhost');
  if (isSent) return connector;
  throw new AppError('cli.usage', { detail: 'A URL begins with https, or is on localhost.' });
}
