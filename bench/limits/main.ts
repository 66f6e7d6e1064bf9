/**
 * The cost of limits for a call, and of one organization's flood for another's calls. An installation of its own with the
 * limits it begins with; only the organization that is measured is granted more.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus, loadavg } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { type EchoInstallation, startEchoInstallation } from '../measuring/echo-installation.ts';
import { KeepAliveCaller } from '../measuring/keep-alive-caller.ts';
import { raiseLimits } from '../measuring/raise-limits.ts';
import { percentile } from '../measuring/summarize.ts';
import { createNeighbourOrganization, type NeighbourOrganization } from '../neighbour/neighbour-organization.ts';

const RATIO_MAX = 2;
const STEP_MS_MAX = 0.25;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '16' },
  },
});

interface Flood {
  readonly name: string;
  readonly message: object;
  readonly headers: Readonly<Record<string, string>>;
}
interface Round {
  readonly quiet: readonly number[];
  readonly flooded: readonly number[];
  readonly again: readonly number[];
  readonly flood: { readonly seconds: number; readonly statuses: Readonly<Record<string, number>> };
}

const installation = await startEchoInstallation({ PATCHBAY_LIMITS: '' });
try {
  await raiseLimits(installation.dataDirectory, installation.ready.organization);
  const neighbour = await createNeighbourOrganization(installation.ready);
  await measure(installation, neighbour);
} finally {
  await installation.stop();
}

function floodsOf({ apiKey }: NeighbourOrganization): Flood[] {
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet', arguments: { name: 'Ada' } } };
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  return [
    { name: 'calls', message: call, headers: { authorization: `Bearer ${apiKey}` } },
    { name: 'lists', message: list, headers: { authorization: `Bearer ${apiKey}` } },
    { name: 'wrong keys', message: call, headers: { authorization: 'Bearer pbk_mcp_wrong' } },
  ];
}

async function measure(echo: EchoInstallation, neighbour: NeighbourOrganization): Promise<void> {
  const { client } = echo.configuration;
  const caller = await KeepAliveCaller.open(new URL(client.url));
  const request = caller.post(client.message, client.headers);
  const callFor = async (seconds: number): Promise<number[]> => {
    const durations: number[] = [];
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      const { status, body, ms } = await caller.call(request);
      if (status !== 200) throw new Error(`a measured call failed (${status}): ${body}`);
      durations.push(ms);
    }
    return durations;
  };
  await callFor(3);
  const since = new Date();
  await callFor(Number(values.seconds));
  console.log(`On ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, load ${load()}`);
  await reportStep(echo, since);
  for (const flood of floodsOf(neighbour)) {
    const rounds: Round[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const quiet = await callFor(Number(values.seconds));
      const flooding = await startFlood(neighbour.mcpUrl, flood);
      const flooded = await callFor(Number(values.seconds));
      const ended = await flooding.end();
      rounds.push({ quiet, flooded, again: await callFor(Number(values.seconds)), flood: ended });
    }
    reportFlood(flood.name, rounds);
  }
  caller.close();
}

/** The step `limits` of the calls since then, from their usage events. */
async function reportStep({ databaseUrl }: EchoInstallation, since: Date): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // The spool ships once a second.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const { rows } = await client.query<{ ms: number }>(
    "SELECT (steps_ms->>'limits')::float AS ms FROM app.usage_events WHERE at > $1 AND steps_ms ? 'limits'",
    [since],
  );
  await client.end();
  const all = rows.map(({ ms }) => ms);
  const [p50, p99] = [percentile(all, 0.5), percentile(all, 0.99)];
  const judged = p50 <= STEP_MS_MAX ? 'met' : 'missed';
  console.log(
    `limits of a warm read call: p50 ${p50.toFixed(3)} ms (target ${STEP_MS_MAX}: ${judged}), p99 ${p99.toFixed(3)} ms, ${all.length} calls`,
  );
}

async function startFlood(url: string, { message, headers }: Flood) {
  const program = path.join(import.meta.dirname, 'flooder.ts');
  const flooder = fork(program, [url, values.connections, JSON.stringify(message), JSON.stringify(headers)]);
  const lost = once(flooder, 'exit').then(([code]) => {
    throw new Error(`the flooder ended before it reported (${code})`);
  });
  lost.catch(() => {}); // it ends after its report, too
  await Promise.race([once(flooder, 'message'), lost]);
  return {
    async end(): Promise<Round['flood']> {
      const ended = once(flooder, 'message');
      flooder.send('end');
      const [report] = await Promise.race([ended, lost]);
      return report as Round['flood']; // flooder.ts sends nothing else
    },
  };
}

/** Calls of all rounds together: one slow second moves the p95 of its round, and hardly that of all. */
function reportFlood(name: string, rounds: readonly Round[]): void {
  const pooled = (pick: (round: Round) => readonly number[]) => percentile(rounds.flatMap(pick), 0.95);
  const quiet = pooled((round) => [...round.quiet, ...round.again]);
  const ratio = pooled((round) => round.flooded) / quiet;
  const noise = pooled((round) => round.again) / pooled((round) => round.quiet);
  const perSecond = rounds.map(({ flood: { seconds, statuses } }) =>
    Object.entries(statuses)
      .map(([status, count]) => `${status}: ${Math.round(count / seconds)}/s`)
      .join(' '),
  );
  console.log(
    `flood of ${name}: p95 ${ratio.toFixed(2)} × quiet (${quiet.toFixed(2)} ms; target ${RATIO_MAX}: ${ratio <= RATIO_MAX ? 'met' : 'missed'}); quiet against quiet ${noise.toFixed(2)} ×; load ${load()}`,
  );
  for (const line of perSecond) console.log(`  ${line}`);
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
