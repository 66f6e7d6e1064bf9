import { z } from 'zod';
import { within } from '../async.ts';
import { AppError } from '../errors.ts';

/** `ok`: everything works. `degraded`: it works with something missing. `down`: it does not work. */
const healthState = z.enum(['ok', 'degraded', 'down']);

const condition = z.object({
  state: healthState,
  /** The reasons; empty when `ok`. */
  reasons: z.array(z.string()),
  /** Facts an operator wants to see in every state. */
  facts: z.record(z.string(), z.unknown()).optional(),
});

/** The body of `/health` of every process, with status 503 when `down` and 200 otherwise. */
export const healthSchema = z.object({
  state: healthState,
  /** Those of all checks, each with the name of its check. */
  reasons: z.array(z.string()),
  checks: z.record(z.string(), condition),
});

export type HealthState = z.output<typeof healthState>;
export type Condition = Readonly<z.output<typeof condition>>;
export type Health = Readonly<z.output<typeof healthSchema>>;

export const HEALTH_STATES: readonly HealthState[] = healthState.options;

/** Something a process needs, and how it is without it. */
export interface HealthCheck {
  readonly name: string;
  /** Without a required one the process is `down`: a load balancer should send requests elsewhere. */
  readonly required: boolean;
  /** Resolves with the condition; a rejection is `down`. */
  read(): Promise<Condition>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** `degraded` for these reasons, or `ok` when there are none. */
export function conditionOf(reasons: readonly string[], facts?: Condition['facts']): Condition {
  return withFacts({ state: reasons.length === 0 ? 'ok' : 'degraded', reasons: [...reasons] }, facts);
}

export function downFor(reasons: readonly string[], facts?: Condition['facts']): Condition {
  return withFacts({ state: 'down', reasons: [...reasons] }, facts);
}

/** `ok` when the request is answered; its rejection stays one. */
export async function answered(request: Promise<unknown>): Promise<Condition> {
  await request;
  return conditionOf([]);
}

/** Asks all checks at once; one without an answer within two seconds is `down`. A process that drains is `down` too. */
export async function readHealth(checks: readonly HealthCheck[], isDraining: boolean): Promise<Health> {
  const results = await Promise.all(checks.map(async (check) => ({ check, found: await readCheck(check) })));
  const reasons = results.flatMap(({ check, found }) => found.reasons.map((reason) => `${check.name}: ${reason}`));
  const isDown = isDraining || results.some(({ check, found }) => check.required && found.state === 'down');
  const isWhole = results.every(({ found }) => found.state === 'ok');
  return {
    state: isDown ? 'down' : isWhole ? 'ok' : 'degraded',
    reasons: isDraining ? ['the process drains and ends', ...reasons] : reasons,
    checks: Object.fromEntries(results.map(({ check, found }) => [check.name, found])),
  };
}

async function readCheck(check: HealthCheck): Promise<Condition> {
  const late = () => new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`);
  try {
    return await within(CHECK_TIMEOUT_MS, check.read(), late);
  } catch (error) {
    return downFor([reasonOf(error)]);
  }
}

/** Only operators read this, so the inner reason is shown too. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof AppError && error.internal ? `${error.message} (${error.internal})` : error.message;
}

function withFacts(condition: Condition, facts: Condition['facts']): Condition {
  return facts === undefined ? condition : { ...condition, facts };
}
