import type { EchoInstallation } from '../measuring/echo-installation.ts';
import { KeepAliveCaller } from '../measuring/keep-alive-caller.ts';
import { modernRequest } from '../measuring/requests.ts';
import { percentile } from '../measuring/summarize.ts';
import { type AddedLatency, measureAdded } from './added-latency.ts';
import { crowdSlug, publishCrowd } from './crowd.ts';
import type { Load } from './load.ts';

export const FEW = 10;
export const MANY = 10_000;

export interface ManyConnectors {
  /** p50 of a warm call in milliseconds, two measurements each. */
  readonly few: readonly number[];
  readonly many: readonly number[];
  /** Mean of route and policy in milliseconds, likewise. */
  readonly fewRouteAndPolicy: readonly number[];
  readonly manyRouteAndPolicy: readonly number[];
  /** Milliseconds of the first look at each of them: `server/discover`, endpoint read from the database. */
  readonly firstLook: { readonly p50: number; readonly p99: number };
}

/** A warm call beside 10 published connectors and beside 10 000, all of them looked at once. The few are there already. */
export async function measureManyConnectors(
  load: Load,
  installation: EchoInstallation,
  seconds: number,
): Promise<ManyConnectors> {
  const twice = async () => [
    await measureAdded(load, installation, { inFlight: 1, seconds }),
    await measureAdded(load, installation, { inFlight: 1, seconds }),
  ];
  const few = await twice();
  await publishCrowd(installation.databaseUrl, FEW + 1, MANY);
  const firstLooks = await lookAtAll(installation);
  const many = await twice();
  const p50 = ({ whole }: AddedLatency) => whole.p50;
  const routeAndPolicy = ({ steps }: AddedLatency) => (steps.route ?? 0) + (steps.policy ?? 0);
  return {
    few: few.map(p50),
    many: many.map(p50),
    fewRouteAndPolicy: few.map(routeAndPolicy),
    manyRouteAndPolicy: many.map(routeAndPolicy),
    firstLook: { p50: percentile(firstLooks, 0.5), p99: percentile(firstLooks, 0.99) },
  };
}

async function lookAtAll({ urlOf, headers }: EchoInstallation): Promise<number[]> {
  const { message, headers: modern } = modernRequest('server/discover');
  const caller = await KeepAliveCaller.open(new URL(urlOf(crowdSlug(1))));
  const durations: number[] = [];
  for (let number = FEW + 1; number <= MANY; number += 1) {
    const { pathname } = new URL(urlOf(crowdSlug(number)));
    const answer = await caller.call(caller.post(message, { ...modern, ...headers }, pathname));
    if (answer.status !== 200) throw new Error(`${pathname} answers ${answer.status}: ${answer.body}`);
    durations.push(answer.ms);
  }
  caller.close();
  return durations;
}
