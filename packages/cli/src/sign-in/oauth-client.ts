import { AppError, COMMAND_LINE_CLIENT } from '@patchbay/foundation';
import * as oauth from 'oauth4webapi';
import { USER_AGENT } from '../user-agent.ts';

/** The result of a sign-in: an access token for one resource, and how to get the next one. */
export interface SignIn {
  readonly accessToken: string;
  /** Null after a code that was typed. */
  readonly refreshToken: string | null;
  readonly expiresAt: string;
  readonly scopes: readonly string[];
}

/** The authorization server of an installation, with this command line as its client. */
export interface OAuthServer {
  readonly as: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly [oauth.allowInsecureRequests]: boolean;
  };
}

export const NO_SECRET = oauth.None();

/** @throws AppError cli.sign_in_failed for an installation that offers no sign-in to programs */
export async function findServer(origin: string): Promise<OAuthServer> {
  const issuer = new URL(origin);
  // An origin without TLS is this machine: `login` refuses every other one.
  const options = { headers: { 'user-agent': USER_AGENT }, [oauth.allowInsecureRequests]: issuer.protocol === 'http:' };
  const client = { client_id: COMMAND_LINE_CLIENT.id };
  const response = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' });
  const as = await oauth.processDiscoveryResponse(issuer, response).catch(failed);
  if (as.device_authorization_endpoint === undefined) {
    throw new AppError('cli.sign_in_failed', {
      detail: 'This installation is of a release without sign-in for the command line.',
      hint: 'Sign in with an API key: `patchbay login --key`.',
    });
  }
  return { as, client, options };
}

/** A token answer as it is kept. */
export function toSignIn(answer: oauth.TokenEndpointResponse, now = Date.now()): SignIn {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresAt: new Date(now + (answer.expires_in ?? 0) * 1_000).toISOString(),
    scopes: answer.scope?.split(' ') ?? [],
  };
}

/** A refusal of the authorization server, in its own words. */
export function failed(error: unknown): never {
  if (error instanceof AppError) throw error;
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    if (error.error === 'access_denied') throw new AppError('cli.sign_in_refused', { cause: error });
    const detail = [error.error, error.error_description].filter(Boolean).join(': ');
    throw new AppError('cli.sign_in_failed', { detail, cause: error });
  }
  if (error instanceof oauth.OperationProcessingError) {
    throw new AppError('cli.sign_in_failed', { detail: error.message, cause: error });
  }
  throw error;
}

/** Gets the next tokens. @throws AppError cli.sign_in_ended */
export async function refresh(origin: string, refreshToken: string, resource: string): Promise<SignIn> {
  const { as, client, options } = await findServer(origin);
  const response = await oauth.refreshTokenGrantRequest(as, client, NO_SECRET, refreshToken, {
    ...options,
    additionalParameters: { resource },
  });
  try {
    return toSignIn(await oauth.processRefreshTokenResponse(as, client, response));
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') {
      throw new AppError('cli.sign_in_ended', { detail: `The sign-in to ${origin} was ended.`, cause: error });
    }
    return failed(error);
  }
}

/** Ends the grant behind a refresh token. */
export async function revoke(origin: string, refreshToken: string): Promise<void> {
  const { as, client, options } = await findServer(origin);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, NO_SECRET, refreshToken, options));
}
