import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { type Clock, type Logger, Secret, systemClock } from '@patchbay/foundation';
import type { StateSealer } from '@patchbay/vault';
import type pg from 'pg';
import { planSigningKeys, type SigningKeyPlan } from './plan-signing-keys.ts';

/** The public half of a key. @see RFC 7517 §4 */
export interface PublicSigningKey extends JsonWebKey {
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
}

/** The key that signs and the keys that verify, as of the last look. A new object whenever a key comes or goes. */
export interface SigningKeySet {
  /** Also those that do not sign yet, and those whose last tokens have not expired. @see RFC 7517 §5 */
  readonly publicKeys: readonly PublicSigningKey[];
  /** The present key's name and private half, a JWK as JSON. */
  readonly signing: { readonly kid: string; readonly privateJwk: Secret };
}

export interface SigningKeysOptions {
  /** Role `patchbay_auth`. */
  readonly pool: pg.Pool;
  /** Purpose `oauth signing keys`. */
  readonly sealer: StateSealer;
  readonly clock?: Clock;
  readonly logger?: Pick<Logger, 'warn'>;
}

const LOOK_EVERY_MS = 60_000;

interface Row {
  readonly kid: string;
  readonly public_jwk: PublicSigningKey;
  readonly sealed: string | null;
  readonly active_at: Date;
}

/**
 * The keys that sign access tokens, for all gateways of an installation: made when one is missing, published before they
 * sign and after they signed. Private halves are sealed in the database.
 *
 * @see RFC 9068 §2.1, RFC 7518 §3.4
 */
export class SigningKeys {
  readonly #pool: pg.Pool;
  readonly #sealer: StateSealer;
  readonly #clock: Clock;
  readonly #logger: Pick<Logger, 'warn'> | undefined;
  readonly #timer: NodeJS.Timeout;
  #set: SigningKeySet | undefined;
  #loading: Promise<SigningKeySet> | undefined;

  constructor({ pool, sealer, clock = systemClock, logger }: SigningKeysOptions) {
    this.#pool = pool;
    this.#sealer = sealer;
    this.#clock = clock;
    this.#logger = logger;
    // A failed look leaves the keys as they are; the next token that needs one looks again.
    this.#timer = setInterval(() => this.refresh().catch(() => {}), LOOK_EVERY_MS).unref();
  }

  /** From memory after the first look. @throws what the database does when nothing is known yet */
  async current(): Promise<SigningKeySet> {
    return this.#set ?? this.refresh();
  }

  /** Looks again, and makes or retires keys that are due. Looks at the same time share one. */
  refresh(): Promise<SigningKeySet> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #load(): Promise<SigningKeySet> {
    const now = this.#clock.now();
    let rows = this.#openable(await readRows(this.#pool));
    let plan = planOf(rows, now);
    if (plan.create !== null || plan.retire.length > 0) {
      rows = await this.#change(now);
      plan = planOf(rows, now);
    }
    const signing = rows.find(({ kid }) => kid === plan.sign);
    if (signing === undefined) throw new Error('no key is active to sign access tokens');
    const kids = rows.map(({ kid }) => kid).join();
    if (this.#set?.signing.kid === signing.kid && this.#set.publicKeys.map(({ kid }) => kid).join() === kids) {
      return this.#set;
    }
    this.#set = {
      publicKeys: rows.map(({ public_jwk }) => public_jwk),
      signing: { kid: signing.kid, privateJwk: signing.privateJwk },
    };
    return this.#set;
  }

  /** One gateway at a time; the others find what it made. */
  async #change(now: Date): Promise<readonly OpenRow[]> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended('oauth signing keys', 0))");
      const { create, retire } = planOf(this.#openable(await readRows(client)), now);
      if (create !== null) await this.#insert(client, create);
      await client.query(
        'UPDATE identity.oauth_signing_keys SET retired_at = $2, sealed = NULL WHERE kid = ANY ($1::text[])',
        [retire, now],
      );
      const rows = await readRows(client);
      await client.query('COMMIT');
      return this.#openable(rows);
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    } finally {
      client.release();
    }
  }

  async #insert(client: pg.PoolClient, activeAt: Date): Promise<void> {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { d, ...point } = privateKey.export({ format: 'jwk' });
    const kid = `key-${activeAt.toISOString().slice(0, 10)}-${String(point.x).slice(0, 8)}`;
    const publicJwk: PublicSigningKey = { ...point, kid, alg: 'ES256', use: 'sig' };
    const sealed = this.#sealer.seal([kid], JSON.stringify({ ...publicJwk, d }));
    await client.query(
      'INSERT INTO identity.oauth_signing_keys (kid, public_jwk, sealed, active_at) VALUES ($1, $2, $3, $4)',
      [kid, publicJwk, sealed, activeAt],
    );
  }

  /** A key that another master key sealed signs nothing here, and another takes its place. */
  #openable(rows: readonly Row[]): readonly OpenRow[] {
    return rows.flatMap(({ sealed, ...row }) => {
      try {
        return [{ ...row, privateJwk: new Secret(this.#sealer.open([row.kid], sealed ?? '')) }];
      } catch {
        this.#logger?.warn({ kid: row.kid }, 'a signing key does not open with this master key and is not used');
        return [];
      }
    });
  }
}

type OpenRow = Omit<Row, 'sealed'> & { readonly privateJwk: Secret };

async function readRows(client: Pick<pg.Pool, 'query'>): Promise<readonly Row[]> {
  const { rows } = await client.query<Row>(
    `SELECT kid, public_jwk, sealed, active_at FROM identity.oauth_signing_keys WHERE retired_at IS NULL
     ORDER BY active_at, kid`,
  );
  return rows;
}

function planOf(rows: readonly OpenRow[], now: Date): SigningKeyPlan {
  return planSigningKeys(
    rows.map(({ kid, active_at }) => ({ kid, activeAt: active_at })),
    now,
  );
}
