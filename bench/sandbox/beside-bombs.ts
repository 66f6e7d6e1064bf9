/** What a neighbour feels of each bomb of the escape suite: its calls beside the bomb and, before that, without it. */
import { runBombs } from '../../packages/sandbox/src/host/index.ts';
import { BOMBS } from '../../packages/sandbox/src/probe/bombs.ts';
import type { HostToMeasure } from '../sandbox-host.ts';
import { percentile } from '../summarize.ts';
import { milliseconds, pause, type Row } from './row.ts';

const NEIGHBOUR = 0;
const QUIET_MS = 1_500;
/** A bomb that ends at once is started again until this much was seen of it. */
const BOMBED_MS = 2_000;
/** A neighbour that calls now and then; one that calls without a pause would be the load that it measures. */
const BETWEEN_CALLS_MS = 4;
const RATIO = 2;

export async function besideBombs(measured: HostToMeasure): Promise<Row[]> {
  const programFile = await measured.programs.file('probe');
  for (let count = 0; count < 500; count += 1) await measured.call(NEIGHBOUR);
  const rows: Row[] = [];
  const quiets: number[] = [];
  for (const { name } of BOMBS) {
    const quiet = await callUntil(measured, pause(QUIET_MS));
    quiets.push(quiet);
    let [held, count] = ['', 0];
    const explode = async () => {
      for (const endsAt = performance.now() + BOMBED_MS; performance.now() < endsAt; count += 1) {
        const [row] = await runBombs(measured.driver, programFile, { only: [name] });
        held = row?.got ?? '';
      }
    };
    const bombed = await callUntil(measured, explode());
    rows.push({
      what: `neighbour beside: ${name} (${count} ×, ${held.slice(0, 24)})`,
      measured: `p95 ${milliseconds(bombed)}, quiet ${milliseconds(quiet)}: ${(bombed / quiet).toFixed(2)} ×`,
      target: `≤ ${RATIO} ×`,
      isMet: bombed <= RATIO * quiet,
    });
  }
  const noise = Math.max(...quiets) / Math.min(...quiets);
  const what = 'neighbour: quiet rounds beside each other, slowest to fastest';
  return [...rows, { what, measured: `${noise.toFixed(2)} ×`, target: '', isMet: null }];
}

/** The p95 of the neighbour's calls until the work is done. */
async function callUntil(measured: HostToMeasure, work: Promise<void>): Promise<number> {
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
  return percentile(times, 0.95);
}
