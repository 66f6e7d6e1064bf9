/** The effect of one organization's hostile bodies on another's calls, against a running installation. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { KeepAliveCaller } from '../measuring/keep-alive-caller.ts';
import { raiseLimits } from '../measuring/raise-limits.ts';
import { percentile, summarize } from '../measuring/summarize.ts';
import { createNeighbourOrganization, type NeighbourOrganization } from './neighbour-organization.ts';
import { DEMO_READ, readRunningInstallation, runningDataDirectory } from './running-installation.ts';

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
await raiseLimits(runningDataDirectory(), installation.organization);
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
    const ended = await attack.end();
    // The same again without the attack: what the machine alone makes of two measurements of one thing.
    rounds.push({ quiet, attacked, again: await callFor(Number(values.seconds)), attack: ended });
  }
  report(rounds);
} finally {
  caller.close();
  await noisy.remove();
}

interface Attack {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
}
/** Milliseconds of each call. */
interface Round {
  readonly quiet: readonly number[];
  readonly attacked: readonly number[];
  readonly again: readonly number[];
  readonly attack: Attack;
}

/** The neighbour's calls, one after the other, for this long. */
async function callFor(seconds: number): Promise<number[]> {
  const durations: number[] = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const { status, body, ms } = await caller.call(request);
    if (status !== 200) throw new Error(`the neighbour's call failed (${status}): ${body}`);
    durations.push(ms);
  }
  return durations;
}

async function startAttack({ mcpUrl, apiKey }: NeighbourOrganization): Promise<{ end(): Promise<Attack> }> {
  const program = path.join(import.meta.dirname, 'attacker.ts');
  const attacker = fork(program, [mcpUrl, apiKey, values.rate]);
  await once(attacker, 'spawn');
  const lost = once(attacker, 'exit').then(([code]) => {
    throw new Error(`the attacker ended before it reported its requests (${code})`);
  });
  lost.catch(() => {}); // it ends after its report, too
  // The first answer: what is measured before there is an attack is quiet.
  await Promise.race([once(attacker, 'message'), lost]);
  return {
    async end() {
      const reported = once(attacker, 'message');
      attacker.send('end');
      const [attack] = await Promise.race([reported, lost]);
      return attack as Attack; // attacker.ts sends nothing else
    },
  };
}

/** Calls of all rounds together: one slow second moves the p95 of its round, and hardly that of all. */
function report(rounds: readonly Round[]): void {
  const pooled = (pick: (round: Round) => readonly number[]) => percentile(rounds.flatMap(pick), 0.95);
  const quiet = pooled((round) => round.quiet);
  const ratio =
    pooled((round) => round.attacked) /
    percentile(
      rounds.flatMap((r) => [...r.quiet, ...r.again]),
      0.95,
    );
  const noise = pooled((round) => round.again) / quiet;
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}`;
  const load = loadavg()[0] ?? 0;
  const shown = rounds.map(({ quiet: before, attacked, again, attack }) => ({
    quiet: summarize(before),
    attacked: summarize(attacked),
    again: summarize(again),
    attack,
  }));
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ machine, load, targetRatio: TARGET_RATIO, ratio, quietAgainstQuiet: noise, rounds: shown }, null, 2)}\n`,
    );
    return;
  }
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const lines = shown.map(
    ({ quiet: before, attacked, again, attack }, index) =>
      `  round ${index + 1}  quiet p95 ${ms(before.p95)}  attacked p95 ${ms(attacked.p95)}  quiet again p95 ${ms(again.p95)}   ${attack.sent} bodies: ${JSON.stringify(attack.statuses)}`,
  );
  process.stdout.write(
    [
      '',
      `Hostile bodies at ${values.rate}/s beside another organization's calls, on ${machine}, load ${load.toFixed(1)}`,
      ...lines,
      `p95 of all rounds ${ratio.toFixed(2)} × quiet (target ${TARGET_RATIO}: ${ratio <= TARGET_RATIO ? 'met' : 'missed'}); quiet against quiet ${noise.toFixed(2)} ×`,
      '',
    ].join('\n'),
  );
}
