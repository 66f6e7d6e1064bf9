/** Sends the calls of one measurement, from a process of its own: the same for every configuration. */
import type { ClientPlan } from '../measuring/configuration.ts';
import { type Answered, headerOf, KeepAliveCaller } from '../measuring/keep-alive-caller.ts';
import { percentile } from '../measuring/summarize.ts';

export interface LoadPlan extends ClientPlan {
  /** Connections, each with one call under way. */
  readonly inFlight: number;
  readonly seconds: number;
  /** Ends earlier, once this many calls were answered. */
  readonly callsMax?: number;
  /** Paths of the same server that are called in turn; without them, that of the URL. */
  readonly pathnames?: readonly string[];
  /** Whether each call is identified by its Request-Id. */
  readonly named: boolean;
}

export interface LoadResult {
  readonly calls: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Request-Id → milliseconds; empty unless asked for. */
  readonly named: readonly (readonly [id: string, ms: number])[];
}

const EMPTY = Buffer.alloc(0);

interface Connection {
  readonly caller: KeepAliveCaller;
  /** One per path, sent in turn. */
  readonly requests: readonly Buffer[];
}

process.on('message', (plan: LoadPlan) => {
  run(plan).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function run(plan: LoadPlan): Promise<LoadResult> {
  const connections = await openAll(plan);
  const durations: number[] = [];
  const named: [string, number][] = [];
  const startedAt = performance.now();
  const until = startedAt + plan.seconds * 1000;
  const callsMax = plan.callsMax ?? Number.POSITIVE_INFINITY;
  let sent = 0;
  try {
    await Promise.all(
      connections.map(async ({ caller, requests }) => {
        while (performance.now() < until && sent < callsMax) {
          // Over all connections, so that no two are at one connector for longer than chance has it.
          const request = requests[sent % requests.length] ?? EMPTY;
          sent += 1;
          const answer = await caller.call(request, plan.callMsMax);
          if (!isResult(answer)) {
            throw new Error(`a call failed (${answer.status}): ${answer.body.slice(0, 500)}`);
          }
          durations.push(answer.ms);
          if (plan.named) named.push([headerOf(answer, 'request-id') ?? '', answer.ms]);
        }
      }),
    );
  } finally {
    // After a lost call too: what the others still have under way would be load on the next measurement.
    for (const { caller } of connections) caller.close();
  }
  const perSecond = (durations.length / (performance.now() - startedAt)) * 1000;
  const [p50, p99] = [percentile(durations, 0.5), percentile(durations, 0.99)];
  return { calls: durations.length, perSecond, p50, p99, named };
}

/** A tool that is not there is answered with a result too, and sooner than one that is. */
function isResult({ status, body }: Answered): boolean {
  return status === 200 && body.includes('"result"') && !body.slice(-200).includes('"isError":true');
}

/** All or none: where one session is not opened, the others' connections would stay with the server. */
async function openAll(plan: LoadPlan): Promise<Connection[]> {
  const callers: KeepAliveCaller[] = [];
  const open = async () => {
    const caller = await KeepAliveCaller.open(new URL(plan.url));
    callers.push(caller);
    return connectionOf(caller, plan);
  };
  const opened = await Promise.allSettled(Array.from({ length: plan.inFlight }, open));
  const connections = opened.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
  const refused = opened.find((one) => one.status === 'rejected');
  if (!refused) return connections;
  for (const caller of callers) caller.close();
  throw refused.reason;
}

async function connectionOf(
  caller: KeepAliveCaller,
  { url, headers, message, session, pathnames, callMsMax }: LoadPlan,
): Promise<Connection> {
  const requests = (sentWith: ClientPlan['headers']) =>
    (pathnames ?? [new URL(url).pathname]).map((pathname) => caller.post(message, sentWith, pathname));
  if (!session) return { caller, requests: requests(headers) };
  const initialize = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  };
  const opened = await caller.call(caller.post(initialize, headers), callMsMax);
  const id = headerOf(opened, 'mcp-session-id');
  if (id === undefined) throw new Error(`no session was opened (${opened.status}): ${opened.body}`);
  const inSession = { ...headers, 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
  await caller.call(caller.post({ jsonrpc: '2.0', method: 'notifications/initialized' }, inSession), callMsMax);
  return { caller, requests: requests(inSession) };
}
