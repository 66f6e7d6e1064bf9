import { createHmac } from 'node:crypto';
import type { Secret } from '@patchbay/foundation';
import { LRUCache } from 'lru-cache';
import type { Counter } from './counter.ts';

const NAMES_MAX = 100_000;
const PREFIX = 'patchbay:limit:';

/** The key of the gateways that share the limits. */
export const GATEWAYS = `${PREFIX}gateways`;

/** The two keys of a counter in Redis. */
interface Names {
  readonly rate: string;
  readonly permits: string;
}

/** Keys of counters: HMACs under a secret of the installation, never an id or an address. Remembered, to hash each once. */
export class CounterNames {
  readonly #secret: Secret;
  readonly #names = new LRUCache<string, Names>({ max: NAMES_MAX });

  constructor(secret: Secret) {
    this.#secret = secret;
  }

  of({ scope, id }: Counter): Names {
    const key = `${scope} ${id}`;
    const known = this.#names.get(key);
    if (known) return known;
    const mac = createHmac('sha256', this.#secret.reveal())
      .update(JSON.stringify(['limit', scope, id]))
      .digest('base64url');
    const names = { rate: `${PREFIX}rate:${mac}`, permits: `${PREFIX}permits:${mac}` };
    this.#names.set(key, names);
    return names;
  }
}
