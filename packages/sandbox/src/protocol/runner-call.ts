import type { Invocation, InvocationContext } from './invocation.ts';

/** One call as the runner gets it. */
export interface RunnerCall extends Pick<Invocation, 'id' | 'params' | 'resultBytesMax'> {
  readonly method: string;
  readonly context: RunnerCallContext;
}

/** The invocation's context without what only the gateway decides by, and with what the sandbox adds for this call. */
export interface RunnerCallContext extends Omit<InvocationContext, 'roles' | 'groups'> {
  /** Differs for each person and each state of their rights: values cached under it are theirs alone. */
  readonly cacheScopeKey: string;
  /** Name → reference for the header `patchbay-credential`, valid until this call's answer. */
  readonly credentials: Readonly<Record<string, string>>;
}
