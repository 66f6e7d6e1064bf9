/**
 * The environment of a running connector. The runner puts a `Runtime` on `globalThis` under
 * `Symbol.for('patchbay.runtime')` before it loads the connector's code; `patchbay dev` and the testing entry do the
 * same, so a tool sees no difference. A registered symbol, because the SDK in the bundle and the runner's may be two
 * copies.
 */
const RUNTIME = Symbol.for('patchbay.runtime');

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The person on whose behalf a call is made. */
export interface User {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
}

/** The organization that owns the connector. */
export interface Organization {
  readonly id: string;
  readonly slug: string;
}

/** An account that requests of this call may be sent with. */
export interface RunnerConnection {
  /** Its name in `connections`. */
  readonly name: string;
  /** The account's label, as people see it. */
  readonly account: string;
  /** The hosts it is for, exact names in lower case. */
  readonly hosts: readonly string[];
  /** Represents the credential in requests of this call, and is valid nowhere else. */
  readonly reference: string;
  /** The one among several accounts that the person chose for requests that name none. */
  readonly isDefault: boolean;
}

/** The runner's context for one call. The SDK completes it to a {@link Context}. */
export interface RunnerContext {
  /** null where the endpoint does not authenticate, or the caller is a key without a person. */
  readonly user: User | null;
  readonly organization: Organization;
  /** The MCP client's own description of itself; null without one. Never trust it. */
  readonly client: { readonly name: string; readonly version: string | null } | null;
  readonly requestId: string;
  /** The same for every attempt of one call: pass it on, so that a retry does not write twice. */
  readonly idempotencyKey: string;
  /** Aborted when the caller went away or the deadline passed. */
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  readonly secrets: Readonly<Record<string, string>>;
  /** The path of the socket that leads out, for protocols that are not HTTP. Absent where there is none. */
  readonly egressSocket?: string;
  /** The caller's accounts. A runner of before connections has none to give. */
  readonly connections?: readonly RunnerConnection[];
  /** Differs for each person (and each state of their rights); values cached under it are theirs alone. */
  readonly cacheScopeKey: string;
  log(level: LogLevel, text: string, data?: unknown): void;
  progress(done: number, total?: number, message?: string): void;
}

export interface Runtime {
  /** The call that runs now, undefined outside of one (at module level, in a timer of a finished call). */
  current(): RunnerContext | undefined;
}

/** `globalThis` with the property that this module gives it. */
type RuntimeHolder = { [RUNTIME]?: Runtime };

/** The runtime around this code, undefined when it runs as a plain program. */
export function findRuntime(): Runtime | undefined {
  return (globalThis as RuntimeHolder)[RUNTIME]; // optional there, so nothing is claimed
}

/** Sets the runtime. For the runner and the testing entry; a connector has no use for it. */
export function setRuntime(runtime: Runtime): void {
  (globalThis as RuntimeHolder)[RUNTIME] = runtime; // adds the property
}
