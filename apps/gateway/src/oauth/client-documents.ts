import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import { LRUCache } from 'lru-cache';
import { shownName } from './client-metadata.ts';
import { PINNED_DOCUMENTS } from './pinned-documents.ts';
import { classifyRedirectUri } from './redirect-uri.ts';

/** `guardedFetch` of the egress package with small bounds. */
export type FetchDocument = (
  url: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly redirect: 'error' },
) => Promise<Response>;

export interface ClientDocumentsOptions {
  readonly fetchDocument: FetchDocument;
  readonly now: () => number;
}

const ACCEPT = { accept: 'application/json', 'user-agent': 'Patchbay (client metadata)' };
/** How long a failed fetch is not repeated. */
const FAILED_MS = 60_000;
const KEPT_MAX = 500;
const PINNED_AGAIN_MS = 86_400_000;
const PINNED_SOON_MS = 600_000;

/**
 * Client metadata documents. The provider asks for one through `fetch`; what it gets is ours: fetched with bounds, checked
 * for redirects no client may have, without `scope`, and for pinned vendors never wider than the pinned copy.
 *
 * @see draft-ietf-oauth-client-id-metadata-document-00; 2026-07-28 basic/authorization, "Client ID Metadata Documents"
 */
export class ClientDocuments {
  readonly #options: ClientDocumentsOptions;
  readonly #failed = new LRUCache<string, number>({ max: KEPT_MAX });
  readonly #pinned = new Map<string, { readonly until: number; readonly document: Record<string, unknown> }>();

  /** The last fetch of a vendor's document in the background. It never rejects. */
  refreshed: Promise<void> = Promise.resolve();

  constructor(options: ClientDocumentsOptions) {
    this.#options = options;
  }

  /** An answer the provider can read, for the URL that is the client's id. */
  async answer(url: string): Promise<Response> {
    const pinned = PINNED_DOCUMENTS.get(url);
    if (pinned !== undefined) return respond(this.#ofVendor(url, { ...pinned }));
    const failedAt = this.#failed.get(url);
    if (failedAt !== undefined && this.#options.now() - failedAt < FAILED_MS) return refuse();
    try {
      return respond(admitDocument(await this.#fetch(url)));
    } catch (error) {
      this.#failed.set(url, this.#options.now());
      throw error;
    }
  }

  /**
   * At once, from the copy or from the last fetch. The document is fetched again daily: a vendor may narrow it at once, and
   * widen it with a release of ours.
   */
  #ofVendor(url: string, pinned: Record<string, unknown>): Record<string, unknown> {
    const known = this.#pinned.get(url);
    const now = this.#options.now();
    if (known !== undefined && now < known.until) return known.document;
    const document = known?.document ?? admitDocument(pinned);
    this.#pinned.set(url, { until: now + PINNED_SOON_MS, document });
    this.refreshed = this.#fetch(url).then(
      (fetched) => {
        const until = now + PINNED_AGAIN_MS;
        this.#pinned.set(url, { until, document: admitDocument(narrower(pinned, fetched)) });
      },
      () => undefined, // the copy stays
    );
    return document;
  }

  async #fetch(url: string): Promise<Record<string, unknown>> {
    const response = await this.#options.fetchDocument(url, { headers: ACCEPT, redirect: 'error' });
    if (response.status !== 200) throw new Error(`the document was answered with ${response.status}`);
    const document: unknown = JSON.parse(await response.text());
    if (typeof document !== 'object' || document === null || Array.isArray(document)) throw new Error('no JSON object');
    if (!('client_id' in document) || document.client_id !== url) throw new Error('the document names another client');
    return { ...document };
  }
}

/** The parts of a document that this server reads. Throws for what no client may have. */
function admitDocument(document: Record<string, unknown>): Record<string, unknown> {
  const { client_id, grant_types, response_types, token_endpoint_auth_method, client_uri } = document;
  const { client_name: name, application_type: type } = document;
  const uris = textsOf(document.redirect_uris);
  if (uris.length === 0 || uris.length > OAUTH_LIMITS.redirectUris.value) throw new Error('redirect_uris does not fit');
  for (const uri of uris) {
    const found = classifyRedirectUri(uri);
    if ('problem' in found) throw new Error(found.problem);
  }
  // Nothing else of it is read: `scope` would pin the client, and keys are for methods that this server does not offer.
  return {
    client_id,
    redirect_uris: uris,
    grant_types,
    response_types,
    token_endpoint_auth_method,
    client_uri,
    client_name: shownName(typeof name === 'string' ? name : undefined),
    application_type: type === 'web' ? 'web' : 'native',
  };
}

function narrower(pinned: Record<string, unknown>, fetched: Record<string, unknown>): Record<string, unknown> {
  const both = (key: string) => textsOf(pinned[key]).filter((value) => textsOf(fetched[key]).includes(value));
  const redirects = both('redirect_uris');
  const grants = both('grant_types');
  return {
    ...pinned,
    // A document that shares nothing with the copy is not this vendor's any more; then the copy is the safer one.
    ...(redirects.length > 0 && { redirect_uris: redirects }),
    ...(grants.length > 0 && { grant_types: grants }),
  };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function respond(document: Record<string, unknown>): Response {
  return Response.json(document, { headers: { 'cache-control': 'max-age=3600' } });
}

function refuse(): Response {
  return new Response(null, { status: 502 });
}
