import type { Database } from '@patchbay/domain';
import { findOAuthClient, type OAuthClient } from '@patchbay/domain/oauth-clients';
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { KeyedHash, StateSealer } from '@patchbay/vault';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import type { ClientMetadata } from './client-metadata.ts';
import { COMMAND_LINE_METADATA } from './command-line.ts';
import { JWT_BEARER } from './identity-assertion.ts';

export interface ClientStoreDeps {
  readonly database: Database;
  /** Purpose `oauth registrations`. */
  readonly sealer: StateSealer;
  /** Purpose `oauth client secrets`. */
  readonly hash: KeyedHash;
  readonly now: () => number;
  /** Registrations that a person consented to, stored like everything else of the provider. */
  readonly consented: Pick<Adapter, 'find' | 'upsert'>;
}

/** Ids of registered clients, so that any other text is not opened. */
const PREFIX = 'dcr_';
const BINDING = ['registration'];
/** With an id of this length an access token still has the length that `/mcp` reads. Characters. */
export const CLIENT_ID_CHARACTERS_MAX = 2_000;
const LIFE_SECONDS = OAUTH_LIMITS.registrationLife.value * 3_600;
const CONSENTED_SECONDS = (OAUTH_LIMITS.grantMost.value + 30) * 86_400;

const Sealed = z.object({
  at: z.number(),
  metadata: z.custom<ClientMetadata>((value) => typeof value === 'object' && value !== null),
});

/**
 * Clients. A registration writes no row: its id is its sealed metadata, good for a day, and it is stored with the first
 * consent. Secrets are derived from the id and stored nowhere. Owners' static clients are rows of their organization.
 * Clients of metadata documents are not here.
 *
 * @see RFC 7591 §3
 */
export class ClientStore implements Adapter {
  readonly #deps: ClientStoreDeps;

  constructor(deps: ClientStoreDeps) {
    this.#deps = deps;
  }

  /** Null when the id would be too long to carry. */
  newRegistration(metadata: ClientMetadata): string | null {
    const id = PREFIX + this.#deps.sealer.seal(BINDING, JSON.stringify({ at: this.#seconds(), metadata }));
    return id.length <= CLIENT_ID_CHARACTERS_MAX ? id : null;
  }

  /** The secret of a registered client or, by the generation that its owner counts on, of a static one. */
  secretOf(clientId: string, generation = 0): string {
    return `pbs_${this.#deps.hash([clientId, String(generation)]).toString('base64url')}`;
  }

  /** Keeps a registration beyond its day: a person has consented to it. */
  async keep(clientId: string): Promise<void> {
    const metadata = this.#open(clientId)?.metadata;
    if (metadata !== undefined) await this.#deps.consented.upsert(clientId, { ...metadata }, CONSENTED_SECONDS);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    if (id === COMMAND_LINE_METADATA.client_id) return COMMAND_LINE_METADATA;
    if (id.startsWith(PREFIX)) return this.#findRegistered(id);
    const client = await findOAuthClient(this.#deps.database, id);
    if (client === null) return undefined;
    return {
      client_id: id,
      client_name: client.name,
      client_secret: this.secretOf(id, client.secretGeneration),
      ...(this.#isOverlap(client) && { previous_secret: this.secretOf(id, client.secretGeneration - 1) }),
      redirect_uris: [...client.redirectUris],
      grant_types: ['authorization_code', 'refresh_token', JWT_BEARER],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      application_type: 'native',
      organization_id: client.organizationId,
      admin_api: client.adminApi,
    };
  }

  async upsert(): Promise<void> {
    // The id is the registration.
  }
  async destroy(): Promise<void> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
  async findByUid(): Promise<undefined> {}
  async findByUserCode(): Promise<undefined> {}

  async #findRegistered(id: string): Promise<AdapterPayload | undefined> {
    const sealed = this.#open(id);
    if (sealed === null) return undefined;
    const isFresh = this.#seconds() - sealed.at < LIFE_SECONDS;
    if (!isFresh && (await this.#deps.consented.find(id)) === undefined) return undefined;
    const { metadata } = sealed;
    const isConfidential = metadata.token_endpoint_auth_method !== 'none';
    const known = { ...metadata, client_id: id, ...(isConfidential && { client_secret: this.secretOf(id) }) };
    return known as AdapterPayload; // metadata in the words of the wire, which the provider takes as it is
  }

  #isOverlap({ previousSecretUntil }: OAuthClient): boolean {
    return previousSecretUntil !== null && this.#deps.now() < previousSecretUntil.getTime();
  }

  #open(id: string): z.output<typeof Sealed> | null {
    if (!id.startsWith(PREFIX) || id.length > CLIENT_ID_CHARACTERS_MAX) return null;
    try {
      return Sealed.parse(JSON.parse(this.#deps.sealer.open(BINDING, id.slice(PREFIX.length))));
    } catch {
      return null;
    }
  }

  #seconds(): number {
    return Math.floor(this.#deps.now() / 1000);
  }
}
