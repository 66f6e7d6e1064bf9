import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import type { KeyedHash } from '@patchbay/vault';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { networkOf } from '../identity/network-of.ts';

export interface SignedInNetworksDeps {
  /** Role `patchbay_auth`. */
  readonly pool: Pick<pg.Pool, 'query'>;
  /** Purpose `oauth networks`: the table holds HMACs, never an address. */
  readonly hash: KeyedHash;
}

const KNOWN_DAYS = ACCOUNT_LIMITS.knownAddress.value;
const REMEMBERED_MAX = 10_000;
/** A flood that is refused asks the database once a minute and network. */
const ASK_AGAIN_MS = 60_000;

/**
 * Networks from which a person signed in and answered a consent page, beside the addresses of sign-ins. Clients that
 * register there have a budget of their own, which no stranger elsewhere can use up.
 */
export class SignedInNetworks {
  readonly #deps: SignedInNetworksDeps;
  readonly #known = new LRUCache<string, boolean>({ max: REMEMBERED_MAX, ttl: ASK_AGAIN_MS });

  constructor(deps: SignedInNetworksDeps) {
    this.#deps = deps;
  }

  /** From memory for a minute. */
  async has(address: string): Promise<boolean> {
    const network = networkOf(address);
    const remembered = this.#known.get(network);
    if (remembered !== undefined) return remembered;
    const { rows } = await this.#deps.pool.query(
      'SELECT FROM identity.sign_in_addresses WHERE address_hash = $1 AND last_used_at > now() - make_interval(days => $2)',
      [this.#hashOf(network), KNOWN_DAYS],
    );
    this.#known.set(network, rows.length > 0);
    return rows.length > 0;
  }

  async remember(personId: string, address: string): Promise<void> {
    const network = networkOf(address);
    await this.#deps.pool.query(
      `INSERT INTO identity.sign_in_addresses (address_hash, person_id, last_used_at) VALUES ($1, $2, now())
       ON CONFLICT (address_hash) DO UPDATE SET person_id = excluded.person_id, last_used_at = excluded.last_used_at`,
      [this.#hashOf(network), personId],
    );
    this.#known.set(network, true);
  }

  #hashOf(network: string): Buffer {
    return this.#deps.hash(['network', network]);
  }
}
