import { AppError } from '@patchbay/foundation';
import * as oauth from 'oauth4webapi';
import { hasBrowser, openBrowser } from '../open-browser.ts';
import type { Output } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { listenForAnswer } from './loopback-server.ts';
import { failed, findServer, NO_SECRET, type SignIn, toSignIn } from './oauth-client.ts';

export interface BrowserSignIn {
  readonly origin: string;
  /** The one URL that the token is for. */
  readonly resource: string;
  /** All of the resource's unless given. */
  readonly scope?: string | undefined;
  /** 0 for a free one. */
  readonly port: number;
  readonly timeoutMs?: number;
}

/** A person has to find their password. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * Signs in through the browser on this machine: authorization code with PKCE, answered on loopback.
 *
 * @throws AppError cli.sign_in_refused, cli.sign_in_timed_out, cli.sign_in_failed, cli.port_in_use
 * @see RFC 8252 §4.1, RFC 7636, RFC 8707, RFC 9207
 */
export async function signInWithBrowser(
  context: Pick<ProgramContext, 'config' | 'signal'> & { readonly output: Pick<Output, 'notice'> },
  { origin, resource, scope, port, timeoutMs = TIMEOUT_MS }: BrowserSignIn,
): Promise<SignIn> {
  const { as, client, options } = await findServer(origin);
  const server = await listenForAnswer(port);
  try {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(as.authorization_endpoint ?? '');
    for (const [name, value] of Object.entries({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: server.redirectUri,
      resource,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(scope !== undefined && { scope }),
    })) {
      url.searchParams.set(name, value);
    }
    const timeout = AbortSignal.timeout(timeoutMs);
    const answered = server.answer(state, AbortSignal.any([context.signal, timeout]));
    context.output.notice(`Sign in at this address, in a browser on this computer:\n\n  ${url.href}\n`);
    if (hasBrowser(context.config)) openBrowser(url.href, context.config);
    const answer = await answered.catch((error: unknown) => {
      if (!timeout.aborted || context.signal.aborted) throw error;
      throw new AppError('cli.sign_in_timed_out', { cause: error });
    });
    const parameters = oauth.validateAuthResponse(as, client, answer, state);
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      NO_SECRET,
      parameters,
      server.redirectUri,
      verifier,
      { ...options, additionalParameters: { resource } },
    );
    return toSignIn(await oauth.processAuthorizationCodeResponse(as, client, response));
  } catch (error) {
    return failed(error);
  } finally {
    server.close();
  }
}
