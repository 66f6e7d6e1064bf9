/**
 * Calls of a 2025 server that asked their client something. The server waits inside for an answer to its request; outside,
 * the call ended with `input_required` and is repeated with the answers and the state that names the parked one.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import type { JsonObject } from '@patchbay/sandbox-protocol/inside';
import type { ServerRequest } from '../servers/json-rpc-session.ts';
import type { RunningCall } from './call-context.ts';
import type { CallAnswer } from './runner-call.ts';

/** One call from its begin to its end, over all invocations that carry it. */
export interface BridgedCall {
  /** Id of the first invocation; the server knows the call by it. */
  readonly id: string;
  /** The caller and subject of the call: only the same may continue it. */
  readonly owner: string;
  readonly capabilities: JsonObject;
  /** From which level on the client wants log lines; null: none. */
  readonly logLevel: string | null;
  readonly context: RunningCall | undefined;
  /** Input requests of the server, by the name under which the client gets them. */
  readonly questions: Map<string, ServerRequest>;
  /** The invocation that waits now; null while the call is parked. */
  invocation: { readonly id: string; resolve(answer: CallAnswer): void } | null;
  /** The end of the call while no client waited. */
  ended?: CallAnswer;
}

const PARKED_MAX = STREAM_LIMITS.parkedCalls.value;
const PARKED_MS_MAX = STREAM_LIMITS.questionAnswer.value;

export class ParkedCalls {
  readonly #key = randomBytes(32);
  readonly #parked = new Map<string, { readonly call: BridgedCall; readonly expiry: NodeJS.Timeout }>();
  readonly #abandon: (call: BridgedCall) => void;

  /** `abandon` is called with calls whose client did not come back. */
  constructor(abandon: (call: BridgedCall) => void) {
    this.#abandon = abandon;
  }

  /** Keeps the call for ten minutes; the call that was parked first makes room. Returns the state that names it. */
  park(call: BridgedCall): string {
    for (const id of this.#parked.keys()) if (this.#parked.size >= PARKED_MAX) this.#drop(id);
    const expiry = setTimeout(() => this.#drop(call.id), PARKED_MS_MAX).unref();
    this.#parked.set(call.id, { call, expiry });
    return `${call.id}.${this.#seal(call)}`;
  }

  /** The parked call of this owner that the state names, once. Undefined when it is not here (any more). */
  take(state: string, owner: string): BridgedCall | undefined {
    const [id = '', seal = ''] = state.split('.');
    const found = this.#parked.get(id);
    if (!found || found.call.owner !== owner) return undefined;
    const expected = Buffer.from(this.#seal(found.call));
    const given = Buffer.from(seal);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    clearTimeout(found.expiry);
    this.#parked.delete(id);
    return found.call;
  }

  #seal({ id, owner }: BridgedCall): string {
    return createHmac('sha256', this.#key).update(`${id} ${owner}`).digest('base64url');
  }

  #drop(id: string): void {
    const found = this.#parked.get(id);
    if (!found) return;
    clearTimeout(found.expiry);
    this.#parked.delete(id);
    this.#abandon(found.call);
  }
}
