import { createReport, type Report } from './report/report.ts';
import { type Asked, askWithoutToken, findResource, reach } from './steps/endpoint-steps.ts';
import { call, discover, endSession, initialize, judgeTools, list, type Speaking } from './steps/protocol-steps.ts';
import { checkCors, findServer, register } from './steps/server-steps.ts';
import { authorize, exchangeCode, refresh } from './steps/sign-in-steps.ts';
import {
  type Bounds,
  CLAUDE_BOUNDS,
  type Context,
  type Person,
  type ProtectedResource,
  type ServerMetadata,
  type Way,
} from './steps/step.ts';
import { type At, StepLog, type StepResult } from './steps/step-log.ts';
import { Redactor } from './wire/redactor.ts';
import { type Json, LEGACY, MODERN } from './wire/rpc.ts';
import { type Budget, DEFAULT_BUDGET, type Fetch, Wire } from './wire/wire.ts';

export interface DiagnoseOptions {
  readonly fetch: Fetch;
  /** Null: steps that need a person who signs in are not tried. */
  readonly person: Person | null;
  /** In their order; default: a metadata document, then registration, as Claude chooses. */
  readonly ways?: readonly Exclude<Way, 'open'>[];
  /** For the way `static`. */
  readonly client?: { readonly id: string; readonly secret: string | null } | undefined;
  /** A tool to call, instead of the first that only reads and needs no arguments. */
  readonly call?: string | undefined;
  /** Whether a host that the target named may be asked; the target's own always may. */
  readonly allowHost: (host: string, because: string) => Promise<boolean>;
  readonly onStep?: (at: At, result: StepResult | null) => void;
  readonly signal?: AbortSignal;
  readonly bounds?: Partial<Bounds>;
  readonly budget?: Partial<Budget>;
  readonly pause?: (ms: number) => Promise<void>;
  /** How long a stream may take to end after its answer. Milliseconds. */
  readonly settleMs?: number;
}

const WAYS_OF_CLAUDE = ['cimd', 'dcr'] as const;
/** Where a client without a browser has no redirect: it is registered, and nothing is sent to it. */
const UNUSED_REDIRECT = 'http://localhost:43117/callback';

/**
 * Replays what Claude does when a person connects an MCP URL. Nothing is changed at the target but what every client
 * changes: it is registered, and a person allows it.
 *
 * @throws WireFailure aborted, when the signal ends it
 */
export async function diagnose(url: URL, options: DiagnoseOptions): Promise<Report> {
  const redactor = new Redactor();
  const signal = options.signal ?? new AbortController().signal;
  const budget = { ...DEFAULT_BUDGET, ...options.budget };
  const { fetch, allowHost, settleMs } = options;
  const wire = new Wire(url, { fetch, redactor, budget, allowHost, signal }, settleMs);
  const context: Context = {
    wire,
    url,
    bounds: { ...CLAUDE_BOUNDS, ...options.bounds },
    pause: options.pause ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
  };
  const log = new StepLog({ redactor, onStep: options.onStep });
  await runSequence(context, log, options);
  return createReport({ url: redactor.show(`${url.origin}${url.pathname}`), steps: log.results, requests: wire.spent });
}

async function runSequence(context: Context, log: StepLog, options: DiagnoseOptions): Promise<void> {
  const reached = await log.run({ step: 'reach' }, () => reach(context));
  if (reached === null) return;
  const asked = await log.run({ step: 'challenge' }, () => askWithoutToken(context));
  if (asked === null) return;
  if (asked.isOpen) return judge(log, await speak(context, log, { way: 'open', token: undefined, call: options.call }));
  const found = await findSignIn(context, log, asked);
  if (found === null) return;
  let tools: readonly Json[] | null = null;
  for (const way of options.ways ?? WAYS_OF_CLAUDE) {
    const token = await signIn(context, log, { ...found, way, options });
    if (token !== null) tools = (await speak(context, log, { way, token, call: options.call })) ?? tools;
  }
  const named = asked.named ?? new URL(asked.path.url);
  const documents = [named.href, `${new URL(found.resource.issuer).origin}/.well-known/oauth-authorization-server`];
  await log.run({ step: 'cors' }, () => checkCors(context, { documents, metadata: found.metadata }));
  await judge(log, tools);
}

interface Found {
  readonly resource: ProtectedResource;
  readonly metadata: ServerMetadata;
}

async function findSignIn(context: Context, log: StepLog, asked: Asked): Promise<Found | null> {
  const resource = await log.run({ step: 'resource' }, () => findResource(context, asked));
  if (resource === null) return null;
  const metadata = await log.run({ step: 'server' }, () => findServer(context, resource.issuer));
  return metadata === null ? null : { resource, metadata };
}

/** From an unknown client to an access token that was refreshed. */
async function signIn(
  context: Context,
  log: StepLog,
  {
    resource,
    metadata,
    way,
    options,
  }: Found & { readonly way: Exclude<Way, 'open'>; readonly options: DiagnoseOptions },
): Promise<string | null> {
  const { person, client: given } = options;
  const redirectUri = person?.redirectUri ?? UNUSED_REDIRECT;
  const client = await log.run({ step: 'register', way }, () =>
    register(context, metadata, way, { redirectUri, given }),
  );
  if (client === null) return null;
  const about = { metadata, resource, client };
  const allowed = await log.run({ step: 'authorize', way }, () => authorize(context, about, person));
  if (allowed === null) return null;
  const tokens = await log.run({ step: 'token', way }, () => exchangeCode(context, about, allowed));
  if (tokens === null) return null;
  const refreshed = await log.run({ step: 'refresh', way }, () => refresh(context, about, tokens));
  return (refreshed ?? tokens).access;
}

interface SpeakOptions {
  readonly way: Way;
  readonly token: string | undefined;
  readonly call: string | undefined;
}

/** Both revisions, with the token. @returns the tools that either listed */
async function speak(context: Context, log: StepLog, options: SpeakOptions): Promise<readonly Json[] | null> {
  const { way, token } = options;
  const modern = await log.run({ step: 'discover', way, revision: MODERN }, () => discover(context, token));
  const listed = modern && (await use(context, log, { ...options, speaking: modern }));
  const legacy = await log.run({ step: 'initialize', way, revision: LEGACY }, () => initialize(context, token));
  if (legacy === null) return listed;
  const tools = await use(context, log, { ...options, speaking: legacy });
  await log.run({ step: 'session', way, revision: LEGACY }, () => endSession(context, legacy));
  return tools ?? listed;
}

async function use(
  context: Context,
  log: StepLog,
  { way, call: named, speaking }: SpeakOptions & { readonly speaking: Speaking },
): Promise<readonly Json[] | null> {
  const { revision } = speaking;
  const tools = await log.run({ step: 'lists', way, revision }, () => list(context, speaking));
  if (tools !== null) await log.run({ step: 'call', way, revision }, () => call(context, speaking, tools, named));
  return tools;
}

async function judge(log: StepLog, tools: readonly Json[] | null): Promise<void> {
  if (tools === null) log.skip({ step: 'directory' }, 'not_reached', 'no tools were listed');
  else await log.run({ step: 'directory' }, async () => judgeTools(tools));
}
