/** The sign-in within an authorization request: the dashboard's, by which the provider then knows the person. */
import { type SignInProof, type UnmetDemand, unmetDemand } from '@patchbay/domain/connectors';
import { DASHBOARD_PAGES } from '@patchbay/foundation';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { Identity } from '../identity/index.ts';
import { FRESH_SIGN_IN, isFresh } from './fresh-sign-in.ts';
import type { ProtectedResources } from './protected-resources.ts';
import { INTERACTION_PATH } from './provider-configuration.ts';

export interface SignInOptions {
  readonly origin: string;
  readonly identity: Pick<Identity, 'findSession' | 'endSession'>;
  readonly resources: ProtectedResources;
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;
type SignedIn = NonNullable<Awaited<ReturnType<Identity['findSession']>>>;

/** An authorization request that a signed-in person is looking at. */
export interface Asked {
  readonly provider: Provider;
  readonly interaction: Interaction;
  readonly signedIn: SignedIn;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** @param because why a person who was signed in has to sign in again */
export function toSignIn(origin: string, request: FastifyRequest, reply: FastifyReply, because?: UnmetDemand) {
  return toPage(`${origin}${DASHBOARD_PAGES.signIn}`, request, reply, because);
}

/** To the page that asks for a second factor, and leads a person without one to set one up. */
function toSecondFactor(origin: string, request: FastifyRequest, reply: FastifyReply) {
  return toPage(`${origin}${DASHBOARD_PAGES.secondFactor}`, request, reply);
}

function toPage(page: string, request: FastifyRequest, reply: FastifyReply, because?: UnmetDemand) {
  const { uid } = request.params as { readonly uid: string }; // of the route
  const query = new URLSearchParams({ next: `${INTERACTION_PATH}/${uid}`, ...(because && { because }) });
  return reply.header('cache-control', 'no-store').redirect(`${page}?${query}`, 303);
}

export function proofOf({ session }: SignedIn): SignInProof {
  return { signedInAt: session.authenticatedAt, secondFactor: session.secondFactor };
}

/** The sign-in of the dashboard becomes the provider's. Asked for a new one, an older sign-in is ended first. */
export async function finishSignIn(options: SignInOptions, asked: Asked) {
  const { interaction, signedIn, reply, provider, request } = asked;
  const { person, session } = signedIn;
  const authenticatedAt = Math.floor(session.authenticatedAt.getTime() / 1000);
  const { reasons } = interaction.prompt;
  const wantsNew = reasons.includes('login_prompt') || reasons.includes('max_age');
  if (wantsNew && authenticatedAt < interaction.iat) return signOutFirst(options, asked);
  if (reasons.includes(FRESH_SIGN_IN) && !isFresh(session, Date.now())) return signOutFirst(options, asked);
  const resource = await options.resources.find(String(interaction.params.resource));
  const unmet = resource && unmetDemand(resource.demands, proofOf(signedIn), new Date());
  if (unmet === 'fresh_sign_in') return signOutFirst(options, asked, unmet);
  if (unmet === 'second_factor') return toSecondFactor(options.origin, request, reply);
  const login = { accountId: person.id, acr: session.sessionId, ts: authenticatedAt };
  const result = await provider.interactionResult(
    request.raw,
    reply.raw,
    { login },
    { mergeWithLastSubmission: false },
  );
  return reply.header('cache-control', 'no-store').redirect(result, 303);
}

/** The request stays for the next person who signs in: it must not need the provider's session, which ends here too. */
export async function signOutFirst(
  { origin, identity }: SignInOptions,
  { interaction, request, reply }: Asked,
  because?: UnmetDemand,
) {
  Object.assign(interaction, { session: undefined });
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
  const cookies = await identity.endSession(request.headers);
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  return toSignIn(origin, request, reply, because);
}
