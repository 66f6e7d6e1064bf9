import { AppError } from '@patchbay/foundation';

/** What the gateway leans on, and how it is without each of them. */
export interface Dependency {
  readonly name: string;
  /** Without a required one the gateway is not ready: a load balancer should send requests elsewhere. */
  readonly required: boolean;
  /** Resolves with how it is; rejects when it is away. */
  check(): Promise<Condition>;
}

export interface Condition {
  /** What is wrong but bearable. Empty: nothing. */
  readonly reasons: readonly string[];
  /** What an operator wants to see whether or not something is wrong. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface DependencyHealth {
  readonly state: 'ok' | 'degraded' | 'away';
  readonly reasons: readonly string[];
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface Health {
  readonly live: true;
  /** `degraded`: requests are answered, but something is missing; the dependencies say what. */
  readonly state: 'ok' | 'degraded' | 'unavailable';
  readonly ready: boolean;
  readonly dependencies: Readonly<Record<string, DependencyHealth>>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Asks every dependency at once; one that does not answer in time counts as away. */
export async function readHealth(dependencies: readonly Dependency[], draining: boolean): Promise<Health> {
  const results = await Promise.all(dependencies.map(async (one) => [one, await checkOne(one)] as const));
  const ready = !draining && results.every(([one, health]) => !one.required || health.state !== 'away');
  const isWhole = results.every(([, health]) => health.state === 'ok');
  const state = !ready ? 'unavailable' : isWhole ? 'ok' : 'degraded';
  const byName = Object.fromEntries(results.map(([one, health]) => [one.name, health]));
  return { live: true, state, ready, dependencies: byName };
}

async function checkOne(dependency: Dependency): Promise<DependencyHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    const { reasons, facts } = await Promise.race([dependency.check(), late]);
    return { state: reasons.length === 0 ? 'ok' : 'degraded', reasons, ...(facts && { facts }) };
  } catch (error) {
    return { state: 'away', reasons: [reasonOf(error)] };
  } finally {
    clearTimeout(timer);
  }
}

/** Only operators read this, so the inner reason is shown too. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof AppError && error.internal ? `${error.message} (${error.internal})` : error.message;
}
