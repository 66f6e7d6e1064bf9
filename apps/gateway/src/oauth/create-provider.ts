import { hash, timingSafeEqual } from 'node:crypto';
import type { SigningKeySet } from '@patchbay/domain/grants';
import { AppError, type Logger } from '@patchbay/foundation';
import { Provider } from 'oidc-provider';
import { documentPolicy, renderDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';
import { DEVICE_AUTHORIZATION_PATH } from './device-plugin.ts';
import { ID_JAG_PROFILE, type IdJagDeps, registerIdJag } from './id-jag-grant.ts';
import { type ProviderConfigurationDeps, providerConfiguration, tokenSettings } from './provider-configuration.ts';
import type { ProviderClient } from './provider-types.ts';

export type ProviderDeps = Omit<ProviderConfigurationDeps, 'renderError'> & {
  readonly idJag: Omit<IdJagDeps, 'tokenSettings'>;
  readonly logger: Logger;
};

/** oidc-provider with our configuration, documents and pages, and the present keys. */
export function createProvider(deps: ProviderDeps, keys: SigningKeySet): Provider {
  const { logger, origin } = deps;
  const provider = new Provider(
    origin,
    providerConfiguration(
      {
        ...deps,
        renderError(context, { error, error_description: description }) {
          const { code, spec } = new AppError('oauth.request_refused');
          // In the words of OAuth, for the client's author.
          const detail = escapeHtml([code, error, description].filter(Boolean).join(': '));
          context.set({ 'content-security-policy': documentPolicy(), 'cache-control': 'no-store' });
          context.type = 'html';
          context.body = renderDocument(
            spec.title,
            `<p>${escapeHtml(spec.hint)}</p><p class="note"><code>${detail}</code></p>`,
          );
        },
      },
      keys,
    ),
  );
  // The edge has replaced claims of strangers about host and scheme by the configured origin.
  provider.proxy = true;
  acceptPreviousSecrets(provider);
  registerIdJag(provider, { ...deps.idJag, tokenSettings: (resource) => tokenSettings(resource, keys) });
  provider.use(async (context, next) => {
    await next();
    if (context.path.startsWith('/.well-known/')) context.body = documentOf(context.body, origin);
    // Codes are typed: an address with one in it can be sent to a victim.
    if (context.path === DEVICE_AUTHORIZATION_PATH) context.body = withoutCompleteUri(context.body);
    if (context.path === '/jwks') context.body = { keys: keys.publicKeys };
  });
  // A failure of ours; refusals of clients are the access log's.
  provider.on('server_error', (_context, error) => logger.error({ err: error }, 'the authorization server failed'));
  return provider;
}

/** A secret that was just replaced opens as the new one does. */
function acceptPreviousSecrets(provider: Provider): void {
  // With the methods that its types do not name.
  const client = provider.Client.prototype as ProviderClient;
  const { compareClientSecret: isPresent } = client;
  client.compareClientSecret = function compareClientSecret(this: ProviderClient, secret) {
    // Both are compared, whichever it is: in constant time.
    const [present, previous] = [isPresent.call(this, secret), isSame(this.previous_secret ?? '', secret)];
    return present || (this.previous_secret !== undefined && previous);
  };
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}

/** How often a program may ask whether its code was answered. */
const POLL_SECONDS = 2;

/** @see RFC 8628 §3.2, §5.4 */
function withoutCompleteUri(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const { verification_uri_complete: _, ...rest } = body as Record<string, unknown>; // JSON of the provider
  return { ...rest, interval: POLL_SECONDS };
}

/** Members that describe OpenID Connect, which is not offered, or what is off. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'claims_parameter_supported',
  'claims_supported',
  'request_parameter_supported',
  'request_uri_parameter_supported',
]);

/** The metadata without what is not offered. @see RFC 8414 §2 */
function documentOf(body: unknown, origin: string): Record<string, unknown> {
  const given = Object.entries(typeof body === 'object' && body !== null ? body : {});
  return {
    ...Object.fromEntries(given.filter(([name]) => !LEFT_OUT.has(name))),
    response_modes_supported: ['query'],
    authorization_grant_profiles_supported: [ID_JAG_PROFILE],
    scopes_supported: ['tools:read', 'tools:write'],
    service_documentation: `${origin}/-/docs/`,
  };
}
