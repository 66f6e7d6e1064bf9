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

export interface OutboxRelay {
  close(): Promise<void>;
}

const ROWS_MAX = 1000;
/** Received by every gateway: changes committed before the previous heartbeat have been published. */
export const RELAY_CHANNEL = 'patchbay_relay';
const BEAT_MS = 100;

/**
 * Turns committed outbox rows and messages into notifications, each once per poll. Runs in the worker; several at once
 * share the work. NOTIFY takes a lock on the whole database at commit, which is why no change does it itself.
 */
export function relayOutbox(options: OutboxRelayOptions): OutboxRelay {
  const intervalMs = Math.max(40, options.intervalMs ?? 50);
  const pool = new pg.Pool({ connectionString: options.url, max: 1, application_name: 'patchbay-relay' });
  surviveLostConnections(pool);
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failing = false;
  let beatAtMs = Number.NEGATIVE_INFINITY;

  const look = async () => {
    try {
      // Two statements: what gateways chat about never holds up what caches depend on.
      const { rows } = await pool.query<{ taken: number }>('SELECT app.relay_outbox($1) AS taken', [ROWS_MAX]);
      const isDue = performance.now() - beatAtMs >= BEAT_MS;
      if (isDue && (rows[0]?.taken ?? ROWS_MAX) < ROWS_MAX) {
        beatAtMs = performance.now();
        await pool.query("SELECT app.relay_announcements($1), pg_notify($2, '')", [ROWS_MAX, RELAY_CHANNEL]);
      } else {
        await pool.query('SELECT app.relay_announcements($1)', [ROWS_MAX]);
      }
      failing = false;
    } catch (error) {
      if (!failing) options.logger?.warn({ err: error }, 'the outbox cannot be relayed; trying on');
      failing = true;
    }
  };
  const schedule = () => {
    timer = setTimeout(
      () => {
        running = look().then(() => {
          if (!closed) schedule();
        });
      },
      failing ? 1_000 : intervalMs,
    );
  };
  schedule();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
      await pool.end();
    },
  };
}
