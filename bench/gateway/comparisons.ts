/** The installation beside the peers, as `npm run bench` compares them: by calls under way, by payload, by what waits. */
import type { Configuration } from '../measuring/configuration.ts';
import type { EchoInstallation } from '../measuring/echo-installation.ts';
import { cpuMs } from '../measuring/process-tree.ts';
import { echoing, filling, SLOW_MS, slowly } from '../measuring/requests.ts';
import { crowdSlug } from './crowd.ts';
import type { Load } from './load.ts';
import { startPeers } from './peers.ts';
import { type InTurn, inTurnLines, notMeasuredLine, throughputLines } from './report.ts';
import { measureThroughput, type ThroughputPlan } from './throughput.ts';

export interface Comparison {
  readonly load: Load;
  readonly installation: EchoInstallation;
  readonly rounds: number;
  readonly seconds: number;
  /** Peers that take part. */
  isWanted(name: string): boolean;
  say(...lines: string[]): void;
}

/** The baseline of the levels. */
const SMALL = { name: '50 B', bytes: 50 };
/** Sent and echoed. More is limited by the second, per caller. */
const ECHOED = { name: '10 KB', bytes: 10_000 };
/** Answered to a small call. */
const FILLED = { name: '1 MB', bytes: 1_000_000 };
/** In flight where a payload or what a tool waits for is compared. */
const IN_FLIGHT = 16;
/** Waiting costs nothing, so that many wait. */
const SLOW_IN_FLIGHT = 64;
/** Connectors that one client calls in turn. */
const IN_TURN = [1, 10, 30];

/** The same small call at each number in flight. */
export async function compareLevels(comparison: Comparison, levels: readonly number[]): Promise<void> {
  for (const inFlight of levels)
    await compare(comparison, `${inFlight} in flight, ${SMALL.name} there and back`, { inFlight });
}

/** The larger payloads; the smallest is what the levels are compared with. */
export async function comparePayloads(comparison: Comparison): Promise<void> {
  await compare(comparison, `${IN_FLIGHT} in flight, ${ECHOED.name} there and back`, {
    inFlight: IN_FLIGHT,
    request: (usual) => echoing(usual, ECHOED.bytes),
  });
  await compare(comparison, `${IN_FLIGHT} in flight, a small call that ${FILLED.name} answers`, {
    inFlight: IN_FLIGHT,
    request: (usual) => filling(usual, FILLED.bytes),
  });
}

/** A tool that waits, as for an upstream service: what many calls under way cost. */
export async function compareSlow(comparison: Comparison): Promise<void> {
  const what = `${SLOW_IN_FLIGHT} in flight, a tool that waits ${SLOW_MS} ms`;
  // A baseline without a protocol has no such tool either.
  const isWanted = (name: string) => comparison.isWanted(name) && !/no protocol|bare/.test(name);
  await compare({ ...comparison, isWanted }, what, { inFlight: SLOW_IN_FLIGHT, request: slowly });
}

/** Ours with the share of the CPU that a sandbox has by default, beside the same peers. */
export async function compareDefaultShare(comparison: Comparison): Promise<void> {
  const what = `${IN_FLIGHT} in flight, ${SMALL.name} there and back, our sandbox with its default share of the CPU`;
  await compare(comparison, what, { inFlight: IN_FLIGHT });
}

/** One client's calls to several connectors in turn, in terms of the same calls to one. */
export async function measureInTurn({ load, installation, rounds, seconds, say }: Comparison): Promise<void> {
  const taken = new Map<number, InTurn[]>(IN_TURN.map((count) => [count, []]));
  const { client, pids } = installation.configuration;
  const run = async (count: number, length: number) => {
    const pathnames = Array.from(
      { length: count },
      (_, index) => new URL(installation.urlOf(crowdSlug(index + 1))).pathname,
    );
    const before = await cpuMs(pids());
    const result = await load.run({ ...client, pathnames, inFlight: IN_FLIGHT, seconds: length, named: false });
    return { ...result, cpuMs: ((await cpuMs(pids())) - before) / result.calls };
  };
  for (const count of IN_TURN) await run(count, Math.min(seconds, 5));
  for (let round = 0; round < rounds; round += 1) {
    // One again at the end: what two measurements of the same differ by.
    for (const count of [...IN_TURN, 1]) taken.get(count)?.push(await run(count, seconds));
  }
  say(...inTurnLines(IN_FLIGHT, taken));
}

/** Peers are started for each comparison and end after it: none carries over what an earlier level left in it. */
async function compare(
  { load, installation, rounds, seconds, isWanted, say }: Comparison,
  what: string,
  plan: Pick<ThroughputPlan, 'inFlight' | 'request'>,
): Promise<void> {
  const peers = await startPeers(isWanted, (name, reason) => say(notMeasuredLine(name, reason)));
  try {
    const configurations: Configuration[] = [installation.configuration, ...peers];
    const { inFlight, request = (usual) => echoing(usual, SMALL.bytes) } = plan;
    say(
      ...throughputLines(what, await measureThroughput(load, configurations, { inFlight, request, rounds, seconds })),
    );
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
}
