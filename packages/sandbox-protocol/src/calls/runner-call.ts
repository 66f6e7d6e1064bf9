import type { Invocation, InvocationContext } from './invocation.ts';

/** One call as the runner gets it. */
export interface RunnerCall extends Pick<Invocation, 'id' | 'params' | 'resultBytesMax'> {
  readonly method: string;
  readonly context: RunnerCallContext;
}

/** The header of a call before its parameters, which the supervisor passes on unchanged. */
export type RunnerCallHeader = Omit<RunnerCall, 'params'>;

/** The header of an answer; the result or error follows as JSON text. */
export interface RunnerAnswerHeader {
  readonly id: string;
  /** The payload is a JSON-RPC error. */
  readonly isError?: boolean;
  /** The result has this many bytes, more than allowed, and was not sent. */
  readonly tooLarge?: number;
}

/** The invocation's context without what only the gateway decides by, and with what the sandbox adds for this call. */
export interface RunnerCallContext extends Omit<InvocationContext, 'roles' | 'groups'> {
  /** Differs for each person and each state of their rights: values cached under it are theirs alone. */
  readonly cacheScopeKey: string;
  /**
   * By the header `patchbay-call` the proxy knows which call a request belongs to, and so whether it may write. Secret to
   * the code of other sandboxes, not to this one's.
   */
  readonly egressToken: string;
  /** Name → reference for the header `patchbay-credential`, valid until this call's answer. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The accounts behind the references: several to a name where the caller has several. */
  readonly connections: readonly CallConnection[];
}

/** An account that requests of one call may be sent with, as the sandbox gets it: no secret. */
export interface CallConnection {
  /** The connector's name for it. */
  readonly name: string;
  /** The account's label. */
  readonly account: string;
  /** Exact names in lower case. */
  readonly hosts: readonly string[];
  readonly reference: string;
  readonly isDefault: boolean;
}
