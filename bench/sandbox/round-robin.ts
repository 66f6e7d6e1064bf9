/** Many connectors called in turn where few may live at once: each call of the second round finds its sandbox evicted. */

import { summarize } from '../measuring/summarize.ts';
import { milliseconds, type Row } from './row.ts';
import type { HostToMeasure } from './sandbox-host.ts';

const CONNECTORS = 1_000;
const LANES = 4;
/** At two starts per second the whole round would take eight minutes; a row with that rate is enough. */
const ROUND_MS_MAX = 90_000;
const REVIVALS_MS = 10_000;

export async function roundRobin(measured: HostToMeasure, room: number): Promise<Row> {
  let [next, answered] = [0, 0];
  const errors = new Map<string, number>();
  const failed = (error: Error) => errors.set(error.message, (errors.get(error.message) ?? 0) + 1);
  const roundEndsAt = performance.now() + ROUND_MS_MAX;
  const lane = async () => {
    while (next < CONNECTORS && performance.now() < roundEndsAt) {
      await measured.call(next++).then(() => {
        answered += 1;
      }, failed);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const revived: number[] = [];
  const endsAt = performance.now() + REVIVALS_MS;
  for (let connector = 0; performance.now() < endsAt && connector < answered - room; connector += 1) {
    await measured.call(connector).then((ms) => revived.push(ms), failed);
  }
  const failures = [...errors].map(([message, count]) => `${count} × ${message}`).join('; ');
  const { p50, p95 } = summarize(revived);
  const first = answered === CONNECTORS ? `all ${CONNECTORS}` : `only ${answered} of ${CONNECTORS}`;
  return {
    what: `${CONNECTORS} connectors in turn, room for ${room}: ${revived.length} revived`,
    measured: `${first} answered, ${failures || 'no error'}, p50 ${milliseconds(p50)} p95 ${milliseconds(p95)}`,
    target: 'all, no error, p95 ≤ 100 ms',
    isMet: answered === CONNECTORS && errors.size === 0 && p95 <= 100,
  };
}
