/** The effect of another organization's storm of first calls on the first calls of a calm one. */

import { percentile } from '../measuring/summarize.ts';
import { milliseconds, pause, type Row } from './row.ts';
import type { HostToMeasure } from './sandbox-host.ts';

/** Connectors of one organization in the host to measure. */
const ORGANIZATION = 40;
const FIRST_CALLS = 20;
const IN_FLIGHT = 16;
const STORM = 10_000 * ORGANIZATION;
/** An organization that takes two in two seconds is not a calm one: half of the pool is then kept for the others. */
const PAUSE_MS = 1_100;
const RATIO = 2;

export async function besideStorm(measured: HostToMeasure): Promise<Row[]> {
  await measured.untilFull();
  const quiet = await calmFirstCalls(measured, 1);
  let isOver = false;
  let started = 0;
  const lane = async (index: number) => {
    while (!isOver) {
      const connector = STORM + ((started + index) % ORGANIZATION);
      started += 1;
      // Refused once it has started more than its share; it continues all the same.
      await measured.call(connector).catch(() => pause(5));
      measured.retire(connector);
    }
  };
  const storm = Promise.all(Array.from({ length: IN_FLIGHT }, (_, index) => lane(index)));
  const stormy = await calmFirstCalls(measured, 1 + FIRST_CALLS);
  isOver = true;
  await storm;
  return [0.5, 0.95].map((share): Row => {
    const [before, during] = [percentile(quiet, share), percentile(stormy, share)];
    const what = `first call, pooled, beside a storm of ${started}, p${share * 100} (quiet: ${milliseconds(before)})`;
    const ratio = during / before;
    return { what, measured: `${ratio.toFixed(2)} × quiet`, target: `≤ ${RATIO} ×`, isMet: ratio <= RATIO };
  });
}

async function calmFirstCalls(measured: HostToMeasure, from: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = from; index < from + FIRST_CALLS; index += 1) {
    await pause(PAUSE_MS);
    times.push(await measured.call(index * ORGANIZATION));
    measured.retire(index * ORGANIZATION);
  }
  return times;
}
