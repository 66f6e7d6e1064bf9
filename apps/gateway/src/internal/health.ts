/** What the gateway leans on, and how it is without each of them. */
export interface Dependency {
  readonly name: string;
  /** Without a required one the gateway is not ready: a load balancer should send requests elsewhere. */
  readonly required: boolean;
  /** Resolves with what is wrong but bearable (empty: nothing); rejects when it is away. */
  check(): Promise<readonly string[]>;
}

export interface DependencyHealth {
  readonly state: 'ok' | 'degraded' | 'away';
  readonly reasons: readonly string[];
}

export interface Health {
  readonly live: true;
  readonly ready: boolean;
  readonly dependencies: Readonly<Record<string, DependencyHealth>>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Asks every dependency at once; one that does not answer in time counts as away. */
export async function readHealth(dependencies: readonly Dependency[], draining: boolean): Promise<Health> {
  const results = await Promise.all(dependencies.map(async (one) => [one, await checkOne(one)] as const));
  const ready = !draining && results.every(([one, health]) => !one.required || health.state !== 'away');
  return { live: true, ready, dependencies: Object.fromEntries(results.map(([one, health]) => [one.name, health])) };
}

async function checkOne(dependency: Dependency): Promise<DependencyHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    const reasons = await Promise.race([dependency.check(), late]);
    return { state: reasons.length === 0 ? 'ok' : 'degraded', reasons };
  } catch (error) {
    return { state: 'away', reasons: [error instanceof Error ? error.message : String(error)] };
  } finally {
    clearTimeout(timer);
  }
}
