import { hasDemands, unmetDemand } from '@patchbay/domain/connectors';
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Identity } from '../identity/index.ts';
import type { ProtectedResources } from './protected-resources.ts';
import type { ProviderClient } from './provider-types.ts';
import { classifyRedirectUri } from './redirect-uri.ts';

const { Check, base } = interactionPolicy;

export interface InteractionPolicyDeps {
  readonly identity: Pick<Identity, 'findSession'>;
  readonly resources: ProtectedResources;
}

/**
 * When a person is asked. There is one sign-in, that of the dashboard: the provider's own session only repeats which one
 * it belongs to (in `acr`), and counts for nothing where that is not the sign-in of this request.
 *
 * @see OpenID Connect Core §3.1.2.1 (`prompt`), RFC 9700 §4.12
 */
export function createInteractionPolicy({ identity, resources }: InteractionPolicyDeps) {
  const policy = base();
  const login = policy.get('login');
  const consent = policy.get('consent');
  login?.checks.add(
    new Check('session_bound', 'the sign-in of this browser is another one', 'login_required', async (context) => {
      const { session } = context.oidc;
      const signedIn = await identity.findSession(context.req.headers);
      const isSame =
        signedIn !== null && session?.accountId === signedIn.person.id && session.acr === signedIn.session.sessionId;
      if (isSame && !wantsNewSignIn(context)) return Check.NO_NEED_TO_PROMPT;
      forget(context);
      return Check.REQUEST_PROMPT;
    }),
    0,
  );
  login?.checks.add(
    new Check('demands', 'the resource demands more of the sign-in', 'login_required', async (context) => {
      const resource = await resources.find(String(context.oidc.params?.resource));
      if (resource === null || !hasDemands(resource.demands)) return Check.NO_NEED_TO_PROMPT;
      const session = (await identity.findSession(context.req.headers))?.session;
      const proof = { signedInAt: session?.authenticatedAt ?? null, secondFactor: session?.secondFactor ?? false };
      const isMet = unmetDemand(resource.demands, proof, new Date()) === null;
      return isMet ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    }),
  );
  // Would ask for every client that is native, also where a document proves the client.
  consent?.checks.remove('native_client_prompt');
  consent?.checks.add(
    new Check('consent_each_time', 'anyone could have sent this request', 'consent_required', (context) => {
      const { client, params, result } = context.oidc;
      if (result?.consent !== undefined || client === undefined) return Check.NO_NEED_TO_PROMPT;
      // With the properties that its types do not name.
      const isRemembered = mayRemember(client as ProviderClient, String(params?.redirect_uri));
      return isRemembered ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    }),
    0,
  );
  return policy;
}

/**
 * Whether consent that was given once may be used without a page: only where the answer goes to the host that published
 * the client's metadata document. Any program can be behind a loopback redirect or a registration.
 */
export function mayRemember(client: ProviderClient, redirectUri: string): boolean {
  const redirect = classifyRedirectUri(redirectUri);
  if (client.clientIdMetadataDocument !== true || 'problem' in redirect || redirect.kind !== 'https') return false;
  return redirect.url.host === new URL(client.clientId).host;
}

/** Whether the client asks for a sign-in that this request has not had. @see OpenID Connect Core §3.1.2.1 */
function wantsNewSignIn({ oidc }: KoaContextWithOIDC): boolean {
  if (oidc.prompts.has('login') && oidc.promptPending('login')) return true;
  const age = oidc.params?.max_age;
  return age !== undefined && oidc.session?.past(Number(age)) === true && oidc.result?.login === undefined;
}

/** A session of another sign-in keeps nothing: neither its person nor what clients they have used. */
function forget(context: KoaContextWithOIDC): void {
  const { session } = context.oidc;
  if (session?.accountId === undefined) return;
  delete session.accountId;
  delete session.acr;
  delete session.authorizations;
  session.resetIdentifier();
}
