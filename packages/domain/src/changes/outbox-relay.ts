import type { Logger } from '@patchbay/foundation';
import pg from 'pg';
import { surviveLostConnections } from '../database/index.ts';

export interface OutboxRelayOptions {
  /** Connection string of `patchbay_app`. */
  readonly url: string;
  readonly logger?: Logger;
  /** Between two looks at the outbox; at least 40 ms, so that there are at most 50 notifying transactions a second. */
  readonly intervalMs?: number;
}

const ROWS_MAX = 1000;
/** Received by every gateway: changes committed before the previous heartbeat have been published. */
export const RELAY_CHANNEL = 'patchbay_relay';
const HEARTBEAT_MS = 100;

/**
 * Turns committed outbox rows and messages into notifications, each once per poll. Runs in the worker; several at once
 * share the work. NOTIFY locks the entire database at commit, which is why no change does it itself.
 */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions;
  readonly #intervalMs: number;
  readonly #pool: pg.Pool;
  #running = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failing = false;
  #heartbeatAtMs = Number.NEGATIVE_INFINITY;

  private constructor(options: OutboxRelayOptions) {
    this.#options = options;
    this.#intervalMs = Math.max(40, options.intervalMs ?? 50);
    this.#pool = new pg.Pool({ connectionString: options.url, max: 1, application_name: 'patchbay-relay' });
    surviveLostConnections(this.#pool);
  }

  static start(options: OutboxRelayOptions): OutboxRelay {
    const relay = new OutboxRelay(options);
    relay.#schedule();
    return relay;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#pool.end();
  }

  #schedule(): void {
    const turn = () => {
      this.#running = this.#look().then(() => {
        if (!this.#closed) this.#schedule();
      });
    };
    this.#timer = setTimeout(turn, this.#failing ? 1_000 : this.#intervalMs);
  }

  async #look(): Promise<void> {
    try {
      // Two statements: what gateways chat about never holds up what caches depend on.
      const { rows } = await this.#pool.query<{ taken: number }>('SELECT app.relay_outbox($1) AS taken', [ROWS_MAX]);
      const isDue = performance.now() - this.#heartbeatAtMs >= HEARTBEAT_MS;
      if (isDue && (rows[0]?.taken ?? ROWS_MAX) < ROWS_MAX) {
        this.#heartbeatAtMs = performance.now();
        await this.#pool.query("SELECT app.relay_announcements($1), pg_notify($2, '')", [ROWS_MAX, RELAY_CHANNEL]);
      } else {
        await this.#pool.query('SELECT app.relay_announcements($1)', [ROWS_MAX]);
      }
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.logger?.warn({ err: error }, 'the outbox cannot be relayed; still trying');
      this.#failing = true;
    }
  }
}
