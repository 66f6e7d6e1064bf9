import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSandboxClient, fixedSupervisors, type SandboxClient } from '@patchbay/sandbox-client';
import type { SupervisorHealth } from '@patchbay/sandbox-protocol';
import type { EchoInstallation } from '../measuring/echo-installation.ts';
import { KeepAliveCaller } from '../measuring/keep-alive-caller.ts';
import { LEGACY_INITIALIZE, MODERN_CALL, modernRequest } from '../measuring/requests.ts';
import { percentile } from '../measuring/summarize.ts';
import { crowdSlug } from './crowd.ts';
import type { Load } from './load.ts';

const ANSWERED_ASLEEP = {
  'server/discover': modernRequest('server/discover'),
  initialize: LEGACY_INITIALIZE,
  'tools/list': modernRequest('tools/list'),
};
const POOL_FILLS_WITHIN_MS = 30_000;
const CONNECTS_WITHIN_MS = 4_000;

export interface AsleepAnswer {
  readonly method: string;
  readonly p50: number;
  readonly p99: number;
  /** Sandboxes that were started meanwhile. */
  readonly started: number;
}

/** The answers of a connector without a process, one caller, and that it stays without one. */
export async function measureAsleep(
  load: Load,
  installation: EchoInstallation,
  plan: { readonly slug: string; readonly seconds: number },
): Promise<AsleepAnswer[]> {
  const supervisor = supervisorOf(installation);
  const answers: AsleepAnswer[] = [];
  for (const [method, request] of Object.entries(ANSWERED_ASLEEP)) {
    const client = {
      ...request,
      headers: { ...request.headers, ...installation.headers },
      url: installation.urlOf(plan.slug),
    };
    await load.run({ ...client, inFlight: 1, seconds: 0.5, named: false });
    const { coldStarts } = await healthOf(supervisor);
    const { p50, p99 } = await load.run({ ...client, inFlight: 1, seconds: plan.seconds, named: false });
    answers.push({ method, p50, p99, started: (await healthOf(supervisor)).coldStarts - coldStarts });
  }
  await supervisor.close();
  return answers;
}

/** Milliseconds of the first call to each of these connectors of the crowd, the pool being full, or there being none. */
export async function measureFirstCalls(
  installation: EchoInstallation,
  crowd: { readonly from: number; readonly to: number },
): Promise<{ readonly p50: number; readonly max: number; readonly calls: number }> {
  const supervisor = supervisorOf(installation);
  const durations: number[] = [];
  for (let number = crowd.from; number <= crowd.to; number += 1) {
    await fullPool(supervisor);
    const caller = await KeepAliveCaller.open(new URL(installation.urlOf(crowdSlug(number))));
    const discover = modernRequest('server/discover');
    // The endpoint is known: what is measured is the sandbox's way, not the first look into the database.
    await caller.call(caller.post(discover.message, { ...discover.headers, ...installation.headers }));
    const answer = await caller.call(
      caller.post(MODERN_CALL.message, { ...MODERN_CALL.headers, ...installation.headers }),
    );
    if (answer.status !== 200) throw new Error(`a first call failed (${answer.status}): ${answer.body}`);
    durations.push(answer.ms);
    caller.close();
  }
  await supervisor.close();
  return { p50: percentile(durations, 0.5), max: Math.max(...durations), calls: durations.length };
}

/** A full pool that is left alone for a moment, as between two people's first calls. */
async function fullPool(supervisor: SandboxClient): Promise<void> {
  const until = performance.now() + POOL_FILLS_WITHIN_MS;
  for (;;) {
    const { pool } = await healthOf(supervisor);
    if (pool.waiting >= pool.size) return delay(200);
    if (performance.now() > until) throw new Error(`the pool has ${pool.waiting} of ${pool.size}`);
    await delay(50);
  }
}

/** Waits for the connection: the report of a new client is that there is none yet. */
async function healthOf(supervisor: SandboxClient): Promise<SupervisorHealth> {
  const until = performance.now() + CONNECTS_WITHIN_MS;
  for (;;) {
    const [report] = await supervisor.supervisors();
    if (report?.health) return report.health;
    if (performance.now() > until) throw new Error(`the supervisor does not answer: ${report?.reason}`);
    await delay(20);
  }
}

/** The supervisor's own word, over its socket as the gateway has it. */
function supervisorOf({ ready }: EchoInstallation): SandboxClient {
  return createSandboxClient({
    supervisors: fixedSupervisors([
      { id: 'local', socketPath: path.join(ready.sharedDirectory, 'run/supervisor/supervisor.sock') },
    ]),
    provision: () => Promise.reject(new Error('a benchmark starts nothing')),
    onLog: () => {},
  });
}
