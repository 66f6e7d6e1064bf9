import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@patchbay/domain';
import { endGrant } from '@patchbay/domain/grants';
import type { Logger } from '@patchbay/foundation';
import type { AccessTokens, SignedGrant } from './verify-access-token.ts';

export interface ExposedTokensDeps {
  readonly accessTokens: Pick<AccessTokens, 'grantOf'>;
  readonly database: Pick<Database, 'withOrganization'>;
  readonly logger: Pick<Logger, 'warn'>;
}

const EXPOSED = { kind: 'system', name: 'a token in a URL is not secret any more' } as const;
const WAITING_MAX = 1_000;
/** While the database is away. */
const RETRY_MS = 1_000;

/**
 * Ends the grants of access tokens that were exposed to strangers, one after the other, in the background of the requests
 * that exposed them. An expired one ends its grant too: its reader may have the refresh token beside it.
 */
export class ExposedTokens {
  readonly #deps: ExposedTokensDeps;
  readonly #waiting = new Map<string, SignedGrant>();
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;

  constructor(deps: ExposedTokensDeps) {
    this.#deps = deps;
  }

  /** Returns at once. A text that this installation did not sign costs no query and takes no place in the queue. */
  report(text: string): void {
    void this.#deps.accessTokens.grantOf(text).then((grant) => {
      if (grant === null || this.#waiting.size >= WAITING_MAX) return;
      this.#waiting.set(grant.grantId, grant);
      this.#start();
    });
  }

  /** Resolves when what was reported has ended; what the database cannot take now is given up. */
  async close(): Promise<void> {
    this.#closing.abort();
    while (this.#working !== undefined) await this.#working;
  }

  #start(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#waiting.size > 0) this.#start();
    });
  }

  async #work(): Promise<void> {
    const { signal } = this.#closing;
    for (const [id, { organizationId }] of this.#waiting) {
      try {
        await this.#deps.database.withOrganization({ organizationId }, (tx) =>
          endGrant(tx, EXPOSED, { id, because: 'revoked' }),
        );
        this.#waiting.delete(id);
      } catch (error) {
        this.#deps.logger.warn(
          { err: error, grantId: id },
          'the grant of a token that was sent in a URL has not ended yet',
        );
        if (signal.aborted) this.#waiting.delete(id);
        else await delay(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }
}
