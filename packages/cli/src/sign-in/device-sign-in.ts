import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@patchbay/foundation';
import * as oauth from 'oauth4webapi';
import type { ProgramContext } from '../program-context.ts';
import { failed, findServer, NO_SECRET, type OAuthServer, type SignIn, toSignIn } from './oauth-client.ts';

/** @see RFC 8628 §3.2: what holds when the answer names no interval */
const INTERVAL_SECONDS = 5;

/**
 * Signs in with a code that a person types into a browser elsewhere. It gives no refresh token.
 *
 * @throws AppError cli.sign_in_refused, cli.sign_in_timed_out, cli.sign_in_failed
 * @see RFC 8628
 */
export async function signInWithCode(
  context: Pick<ProgramContext, 'output' | 'signal'>,
  { origin, resource, scope }: { readonly origin: string; readonly resource: string; readonly scope: string },
): Promise<SignIn> {
  const server = await findServer(origin);
  const { as, client, options } = server;
  try {
    const response = await oauth.deviceAuthorizationRequest(as, client, NO_SECRET, { resource, scope }, options);
    const device = await oauth.processDeviceAuthorizationResponse(as, client, response);
    context.output.notice(
      `Open this address in a browser, sign in, and type the code:\n\n  ${device.verification_uri}\n  ${device.user_code}\n\nIt is good for ${Math.round(device.expires_in / 60)} minutes.`,
    );
    const until = Date.now() + device.expires_in * 1_000;
    return await poll(server, device, { until, signal: context.signal });
  } catch (error) {
    return failed(error);
  }
}

/** @see RFC 8628 §3.5 */
async function poll(
  { as, client, options }: OAuthServer,
  { device_code: code, interval = INTERVAL_SECONDS }: oauth.DeviceAuthorizationResponse,
  { until, signal }: { readonly until: number; readonly signal: AbortSignal },
): Promise<SignIn> {
  let waitMs = interval * 1_000;
  while (Date.now() < until) {
    await delay(waitMs, undefined, { signal });
    const response = await oauth.deviceCodeGrantRequest(as, client, NO_SECRET, code, { ...options, signal });
    try {
      return toSignIn(await oauth.processDeviceCodeResponse(as, client, response));
    } catch (error) {
      const reason = error instanceof oauth.ResponseBodyError ? error.error : null;
      if (reason === 'slow_down') waitMs += INTERVAL_SECONDS * 1_000;
      else if (reason !== 'authorization_pending') throw error;
    }
  }
  throw new AppError('cli.sign_in_timed_out');
}
