import pg from 'pg';
import type { EchoInstallation } from '../measuring/echo-installation.ts';
import { percentile } from '../measuring/summarize.ts';
import type { Load } from './load.ts';

/** Not the gateway's own: waiting for a sandbox and being in it. */
const OTHERS = ['queue', 'sandbox', 'egress'];
const SHIPPED_WITHIN_MS = 15_000;

export interface AddedLatency {
  readonly inFlight: number;
  readonly calls: number;
  /** Milliseconds the caller waited, and what of it the sandbox side did not take: call by call. */
  readonly whole: { readonly p50: number; readonly p99: number };
  readonly added: { readonly p50: number; readonly p99: number };
  /** Mean milliseconds of each step, from the usage events. `outside`: reading the socket, the record, the way back. */
  readonly steps: Readonly<Record<string, number>>;
}

/**
 * The latency that the gateway adds: each call's time as its caller saw it, less the times of other components in its
 * own usage event.
 */
export async function measureAdded(
  load: Load,
  { configuration, databaseUrl }: EchoInstallation,
  plan: { readonly inFlight: number; readonly seconds: number },
): Promise<AddedLatency> {
  const { named } = await load.run({ ...configuration.client, ...plan, named: true });
  const events = await readEvents(databaseUrl, new Map(named));
  const calls = events.map(({ stepsMs, totalMs, wholeMs }) => ({
    wholeMs,
    addedMs: wholeMs - OTHERS.reduce((sum, step) => sum + (stepsMs[step] ?? 0), 0),
    steps: { ...stepsMs, outside: wholeMs - totalMs },
  }));
  const at = (pick: (call: (typeof calls)[number]) => number) => ({
    p50: percentile(calls.map(pick), 0.5),
    p99: percentile(calls.map(pick), 0.99),
  });
  const sums: Record<string, number> = {};
  for (const { steps } of calls) {
    for (const [step, ms] of Object.entries(steps)) sums[step] = (sums[step] ?? 0) + ms;
  }
  const steps = Object.fromEntries(Object.entries(sums).map(([step, sum]) => [step, sum / calls.length]));
  return {
    inFlight: plan.inFlight,
    calls: calls.length,
    whole: at(({ wholeMs }) => wholeMs),
    added: at(({ addedMs }) => addedMs),
    steps,
  };
}

interface Event {
  readonly wholeMs: number;
  readonly totalMs: number;
  readonly stepsMs: Readonly<Record<string, number>>;
}

/** The events of these calls, once the spool has shipped all of them. */
async function readEvents(databaseUrl: string, wholeMs: ReadonlyMap<string, number>): Promise<Event[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const until = performance.now() + SHIPPED_WITHIN_MS;
    for (;;) {
      const { rows } = await client.query<{ id: string; steps: Event['stepsMs']; total: number }>(
        'SELECT request_id AS id, steps_ms AS steps, total_ms AS total FROM app.usage_events WHERE request_id = ANY($1)',
        [[...wholeMs.keys()]],
      );
      if (rows.length === wholeMs.size) {
        return rows.map(({ id, steps, total }) => ({
          stepsMs: steps,
          totalMs: total,
          wholeMs: wholeMs.get(id) ?? Number.NaN,
        }));
      }
      if (performance.now() > until) throw new Error(`${wholeMs.size} calls, but ${rows.length} usage events`);
      await client.query('SELECT pg_sleep(0.5)');
    }
  } finally {
    await client.end();
  }
}
