/** Device codes: for programs on computers without a browser. @see RFC 8628 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkCrossSite } from '../http/check-cross-site.ts';
import { sendFormError } from '../identity/form-page.ts';
import type { Identity } from '../identity/index.ts';
import type { Budgets } from './budgets.ts';
import { DEVICE_PATH } from './device-pages.ts';
import { passThrough, sendTokenError } from './hand-over.ts';

export interface DevicePluginOptions {
  readonly origin: string;
  readonly identity: Pick<Identity, 'findSession'>;
  readonly budgets: Pick<Budgets, 'admitDeviceCode' | 'admitUserCode'>;
  /** Answers the bare request. */
  handOver(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Where a program asks for a code. It has an underscore, so it is no organization's URL. */
export const DEVICE_AUTHORIZATION_PATH = '/device_authorization';

const FORM = ['application/x-www-form-urlencoded'];

export async function devicePlugin(app: FastifyInstance, options: DevicePluginOptions): Promise<void> {
  const { origin, identity, budgets, handOver } = options;
  passThrough(app);
  app.setErrorHandler((error, request, reply) =>
    request.raw.url?.startsWith(DEVICE_AUTHORIZATION_PATH) === true
      ? sendTokenError(error, request, reply, origin)
      : sendFormError(error, request, reply, origin),
  );

  app.post(DEVICE_AUTHORIZATION_PATH, async (request, reply) => {
    await budgets.admitDeviceCode(request.clientAddress);
    return handOver(request, reply);
  });

  app.get(DEVICE_PATH, async (request, reply) => {
    if ((await identity.findSession(request.headers)) === null) return toSignIn(origin, reply);
    // A code in the address would be one that another person has filled in.
    request.raw.url = DEVICE_PATH;
    return handOver(request, reply);
  });

  app.post(DEVICE_PATH, async (request, reply) => {
    checkCrossSite(request, origin, FORM);
    const signedIn = await identity.findSession(request.headers);
    if (signedIn === null) return toSignIn(origin, reply);
    request.raw.url = DEVICE_PATH;
    await budgets.admitUserCode(request.clientAddress, signedIn.session.sessionId);
    return handOver(request, reply);
  });
  app.get(`${DEVICE_PATH}/:uid`, handOver);
}

function toSignIn(origin: string, reply: FastifyReply) {
  const next = encodeURIComponent(DEVICE_PATH);
  return reply.header('cache-control', 'no-store').redirect(`${origin}/dashboard/sign-in?next=${next}`, 303);
}
