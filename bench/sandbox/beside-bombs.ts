/**
 * The effect of each bomb of the escape suite on a neighbour: its calls beside the bomb and, before that, without it.
 */

import { BOMBS } from '@patchbay/probe';
import { runBombs } from '../../packages/sandbox-host/src/index.ts';
import { percentile } from '../measuring/summarize.ts';
import { milliseconds, pause, type Row } from './row.ts';
import type { HostToMeasure } from './sandbox-host.ts';

const NEIGHBOUR = 0;
const QUIET_MS = 500;
/** A bomb that ends at once is started again until this much was seen of it. */
const BOMBED_MS = 1_000;
/** A neighbour that calls now and then; one that calls without a pause would be the load that it measures. */
const BETWEEN_CALLS_MS = 4;
const RATIO = 2;

/** In rounds, so that a machine that slows down slows quiet and bombed alike; the calls of all rounds count together. */
const ROUNDS = 3;

export async function besideBombs(measured: HostToMeasure): Promise<Row[]> {
  const programFile = await measured.programs.file('probe');
  for (let count = 0; count < 500; count += 1) await measured.call(NEIGHBOUR);
  const quiet: number[] = [];
  const again: number[] = [];
  const bombed = new Map<string, { times: number[]; held: string; count: number }>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name } of BOMBS) {
      // Quiet twice as often as any bomb, in two heaps: what they differ by is what the machine does by itself.
      (round % 2 === 0 ? quiet : again).push(...(await callUntil(measured, pause(QUIET_MS))));
      (round % 2 === 0 ? again : quiet).push(...(await callUntil(measured, pause(QUIET_MS))));
      const seen = bombed.get(name) ?? { times: [], held: '', count: 0 };
      bombed.set(name, seen);
      const explode = async () => {
        for (const endsAt = performance.now() + BOMBED_MS; performance.now() < endsAt; seen.count += 1) {
          const [row] = await runBombs(measured.driver, programFile, { only: [name] });
          seen.held = row?.got ?? '';
        }
      };
      seen.times.push(...(await callUntil(measured, explode())));
    }
  }
  const baseline = percentile([...quiet, ...again], 0.95);
  const rows = [...bombed].map(([name, { times, held, count }]): Row => {
    const ratio = percentile(times, 0.95) / baseline;
    return {
      what: `neighbour beside: ${name} (${count} ×, ${held.slice(0, 24)})`,
      measured: `p95 ${ratio.toFixed(2)} × quiet`,
      target: `≤ ${RATIO} ×`,
      isMet: ratio <= RATIO,
    };
  });
  const noise = percentile(quiet, 0.95) / percentile(again, 0.95);
  const what = `neighbour: quiet against quiet, p95 (${milliseconds(baseline)} all together)`;
  return [...rows, { what, measured: `${noise.toFixed(2)} ×`, target: '', isMet: null }];
}

/** Milliseconds of the neighbour's calls until the work is done. */
async function callUntil(measured: HostToMeasure, work: Promise<void>): Promise<number[]> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    times.push(await measured.call(NEIGHBOUR));
    await pause(BETWEEN_CALLS_MS);
  }
  await over;
  return times;
}
