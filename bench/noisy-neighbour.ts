/** What one organization's hostile bodies cost another's calls (security S21), against a running installation. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { KeepAliveCaller } from './keep-alive-caller.ts';
import { createNeighbourOrganization, type NeighbourOrganization } from './neighbour-organization.ts';
import { DEMO_READ, readRunningInstallation } from './running-installation.ts';
import { percentile } from './summarize.ts';

const TARGET_RATIO = 2;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});
const installation = await readRunningInstallation();
const caller = await KeepAliveCaller.open(new URL(installation.mcpUrl));
const request = caller.post(DEMO_READ, { authorization: `Bearer ${installation.mcpApiKey}` });
const noisy = await createNeighbourOrganization(installation);
try {
  await callFor(2);
  const rounds = [];
  // Quiet and noisy by turns, so that a machine that slows down slows both.
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const quiet = await callFor(Number(values.seconds));
    const attack = await startAttack(noisy);
    const attacked = await callFor(Number(values.seconds));
    rounds.push({ quiet, attacked, attack: await attack.end() });
  }
  report(rounds);
} finally {
  caller.close();
  await noisy.remove();
}

interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly calls: number;
}
interface Attack {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
}
interface Round {
  readonly quiet: Latency;
  readonly attacked: Latency;
  readonly attack: Attack;
}

/** The neighbour's calls, one after the other, for this long. */
async function callFor(seconds: number): Promise<Latency> {
  const durations: number[] = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const { status, body, ms } = await caller.call(request);
    if (status !== 200) throw new Error(`the neighbour's call failed (${status}): ${body}`);
    durations.push(ms);
  }
  return { p50: percentile(durations, 0.5), p95: percentile(durations, 0.95), calls: durations.length };
}

async function startAttack({ mcpUrl, apiKey }: NeighbourOrganization): Promise<{ end(): Promise<Attack> }> {
  const program = path.join(import.meta.dirname, 'attacker.ts');
  const attacker = fork(program, [mcpUrl, apiKey, values.rate]);
  await once(attacker, 'spawn');
  return {
    async end() {
      const told = once(attacker, 'message');
      attacker.send('end');
      const [attack] = await told;
      return attack as Attack; // attacker.ts sends nothing else
    },
  };
}

function report(rounds: readonly Round[]): void {
  const middle = (pick: (round: Round) => number) => percentile(rounds.map(pick), 0.5);
  const quiet = rounds.map((round) => round.quiet.p95);
  const ratio = middle((round) => round.attacked.p95) / middle((round) => round.quiet.p95);
  const noise = Math.max(...quiet) / Math.min(...quiet);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`;
  const load = loadavg()[0] ?? 0;
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ machine, load, targetRatio: TARGET_RATIO, ratio, noise, rounds }, null, 2)}\n`,
    );
    return;
  }
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const lines = rounds.map(
    ({ quiet: before, attacked, attack }, index) =>
      `  round ${index + 1}  quiet p50 ${ms(before.p50)} p95 ${ms(before.p95)}   attacked p50 ${ms(attacked.p50)} p95 ${ms(attacked.p95)}   ${attack.sent} bodies: ${JSON.stringify(attack.statuses)}`,
  );
  process.stdout.write(
    [
      '',
      `Hostile bodies at ${values.rate}/s beside another organization's calls, on ${machine}, load ${load.toFixed(1)}`,
      ...lines,
      `p95 ${ratio.toFixed(2)} × baseline (target ${TARGET_RATIO}: ${ratio <= TARGET_RATIO ? 'met' : 'missed'}); quiet rounds differ by ${noise.toFixed(2)} ×`,
      '',
    ].join('\n'),
  );
}
