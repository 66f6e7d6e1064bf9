/** What the gateway adds to a warm read call, one at a time and sixteen at once, against a running installation. */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { KeepAliveCaller } from './keep-alive-caller.ts';
import { DEMO_READ, readRunningInstallation } from './running-installation.ts';
import { percentile } from './summarize.ts';

const TARGETS_MS = { p50: 1, p99: 5 };
const IN_FLIGHT = [1, 16];
const WARM_UP_CALLS = 500;
/** Not the gateway's own: waiting for a sandbox and being in it. */
const OTHERS = new Set(['queue', 'sandbox', 'egress']);

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '4000' }, json: { type: 'boolean', default: false } },
});
const installation = await readRunningInstallation();
const url = new URL(installation.mcpUrl);

await run(4, WARM_UP_CALLS);
const results: Awaited<ReturnType<typeof measure>>[] = [];
for (const inFlight of IN_FLIGHT) results.push(await measure(inFlight, Number(values.calls)));
report();

/** Durations of that many calls over that many connections, in milliseconds. */
async function run(inFlight: number, calls: number): Promise<number[]> {
  const durations: number[] = [];
  const callers = await Promise.all(
    Array.from({ length: inFlight }, () => KeepAliveCaller.open(url, installation.mcpApiKey, DEMO_READ)),
  );
  await Promise.all(
    callers.map(async (caller) => {
      for (let call = 0; call < calls / inFlight; call += 1) {
        const { status, body, ms } = await caller.call();
        if (status !== 200 || !body.includes('"result"')) throw new Error(`a call failed (${status}): ${body}`);
        durations.push(ms);
      }
      caller.close();
    }),
  );
  return durations;
}

async function measure(inFlight: number, calls: number) {
  const before = await readSteps();
  const startedAt = performance.now();
  const durations = await run(inFlight, calls);
  const perSecond = (durations.length / (performance.now() - startedAt)) * 1000;
  const after = await readSteps();
  const steps = Object.fromEntries(
    [...after].map(([step, { sum, count }]) => {
      const earlier = before.get(step) ?? { sum: 0, count: 0 };
      return [step, ((sum - earlier.sum) / (count - earlier.count)) * 1000];
    }),
  );
  const elsewhereMs = [...OTHERS].reduce((sum, step) => sum + (steps[step] ?? 0), 0);
  const meanMs = durations.reduce((sum, ms) => sum + ms, 0) / durations.length;
  const whole = { mean: meanMs, p50: percentile(durations, 0.5), p99: percentile(durations, 0.99) };
  // The others' share is known as a mean only. It comes off p50 in proportion, because a few slow calls raise the mean
  // above what is usual, and off p99 as it is: a slow sandbox counts against the gateway there.
  const added = {
    mean: meanMs - elsewhereMs,
    p50: whole.p50 * (1 - elsewhereMs / meanMs),
    p99: whole.p99 - elsewhereMs,
  };
  return { inFlight, calls: durations.length, perSecond, whole, added, steps };
}

/** Sum and count of every step since start, as the gateway took them from its usage events. Seconds. */
async function readSteps(): Promise<Map<string, { sum: number; count: number }>> {
  const internal = `http://127.0.0.1:${Number(url.port || 80) + 1}`;
  const text = await (await fetch(`${internal}/metrics`)).text();
  const steps = new Map<string, { sum: number; count: number }>();
  for (const [, kind, step, value] of text.matchAll(
    /^patchbay_call_step_seconds_(sum|count)\{step="(\w+)"\} (\S+)$/gm,
  )) {
    const of = steps.get(step ?? '') ?? { sum: 0, count: 0 };
    steps.set(step ?? '', { ...of, [kind === 'sum' ? 'sum' : 'count']: Number(value) });
  }
  return steps;
}

function report(): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`;
  const load = loadavg()[0] ?? 0;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, load, targetsMs: TARGETS_MS, results }, null, 2)}\n`);
    return;
  }
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const against = (value: number, target: number) =>
    `${ms(value)} (target ${target} ms: ${value <= target ? 'met' : 'missed'})`;
  const lines = results.flatMap(({ inFlight, calls, perSecond, whole, added, steps }) => [
    `${inFlight} in flight, ${calls} calls, ${Math.round(perSecond)}/s`,
    `  whole call      mean ${ms(whole.mean)}  p50 ${ms(whole.p50)}  p99 ${ms(whole.p99)}`,
    `  gateway added   mean ${ms(added.mean)}  p50 ${against(added.p50, TARGETS_MS.p50)}  p99 ${against(added.p99, TARGETS_MS.p99)}`,
    `  mean per step   ${Object.entries(steps)
      .map(([step, mean]) => `${step} ${mean.toFixed(3)}`)
      .join('  ')}`,
  ]);
  process.stdout.write(`\nWarm read calls on ${machine}, load ${load.toFixed(1)}\n${lines.join('\n')}\n`);
}
