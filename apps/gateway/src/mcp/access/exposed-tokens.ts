import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@patchbay/domain';
import { endGrant } from '@patchbay/domain/grants';
import type { Logger } from '@patchbay/foundation';
import type { AccessTokens, SignedGrant } from './verify-access-token.ts';

export interface ExposedTokensDeps {
  readonly accessTokens: Pick<AccessTokens, 'grantOf'>;
  /** Ends what is no access token for an MCP server: refresh tokens, codes, and tokens for the admin API. */
  endOther(text: string): Promise<boolean>;
  readonly database: Pick<Database, 'withOrganization'>;
  readonly logger: Pick<Logger, 'warn'>;
}

const EXPOSED = { kind: 'system', name: 'a token in a URL is not secret any more' } as const;
const WAITING_MAX = 1_000;
/** Each costs a query, also where a stranger made it up. */
const OTHERS_MAX = 100;
/** While the database is away. */
const RETRY_MS = 1_000;

/**
 * Ends the grants of tokens and codes that were exposed to strangers, one after the other, in the background of the requests
 * that exposed them. An expired one ends its grant too: its reader may have the refresh token beside it.
 */
export class ExposedTokens {
  readonly #deps: ExposedTokensDeps;
  readonly #waiting = new Map<string, SignedGrant>();
  readonly #others = new Set<string>();
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;

  constructor(deps: ExposedTokensDeps) {
    this.#deps = deps;
  }

  /** Returns at once. Texts that this installation did not sign take no place of those that it did. */
  report(text: string): void {
    void this.#deps.accessTokens.grantOf(text).then((grant) => {
      if (grant === null && this.#others.size < OTHERS_MAX) this.#others.add(text);
      if (grant !== null && this.#waiting.size < WAITING_MAX) this.#waiting.set(grant.grantId, grant);
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
      if (this.#waiting.size + this.#others.size > 0) this.#start();
    });
  }

  async #work(): Promise<void> {
    for (const [id, { organizationId }] of this.#waiting) {
      const end = () =>
        this.#deps.database.withOrganization({ organizationId }, (tx) =>
          endGrant(tx, EXPOSED, { id, because: 'revoked' }),
        );
      if (await this.#isDone(end)) this.#waiting.delete(id);
    }
    for (const text of this.#others) {
      if (await this.#isDone(() => this.#deps.endOther(text))) this.#others.delete(text);
    }
  }

  /** False when it has to be tried again. */
  async #isDone(end: () => Promise<unknown>): Promise<boolean> {
    const { signal } = this.#closing;
    try {
      await end();
      return true;
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'the grant of a token that was sent in a URL has not ended yet');
      if (!signal.aborted) await delay(RETRY_MS, undefined, { signal }).catch(() => {});
      return signal.aborted;
    }
  }
}
