import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '@patchbay/foundation';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import type { JsonObject, JsonValue } from '@patchbay/mcp';
import { isJsonObject, own } from '@patchbay/mcp';
import type { StateSealer } from '@patchbay/vault';
import type { EphemeralStore } from '../../ephemeral-store/ephemeral-store.ts';
import type { Call } from '../context/call.ts';
import { subjectOf } from '../context/principal.ts';

/**
 * The kinds of `requestState`: text of the connector, a call that waits for an approval, or one that waits for a
 * connection to be made. Only the first is issued today; the other two are the platform's own and never reach a
 * connector.
 */
export type RequestStateKind = 'connector' | 'approval' | 'connection';

export interface RequestState {
  readonly kind: RequestStateKind;
  readonly text: string;
}

/**
 * The `requestState` of multi-round-trip requests. The client keeps it between two rounds, so it goes out sealed and
 * opens only for the caller, their grant, the resource, the version, the settings, the policies and the very request it
 * was made for.
 *
 * @see 2026-07-28 basic/patterns/mrtr
 */
export interface RequestStates {
  /** Base64url. */
  seal(call: Call, state: RequestState): Promise<string>;
  /** Null for whatever is not a state of this request, has expired, or was for one use and was used. */
  open(call: Call, sealed: JsonValue): Promise<RequestState | null>;
}

export interface RequestStatesDeps {
  readonly sealer: StateSealer;
  readonly clock: Clock;
  /** Remembers the states for one use until they are used. */
  readonly ephemeralStore: Pick<EphemeralStore, 'put' | 'take'>;
}

interface KindRules {
  /** Between two rounds people answer; a state that was not used within this time has expired. */
  readonly lifetimeMs: number;
  /** A connector's own state may come again: its client repeats a request whose answer it lost. */
  readonly isSingleUse: boolean;
}

/** Version of the sealed fields. A release with other fields takes the next number, and reads this one while states live. */
const FORMAT_VERSION = 1;
const LIFETIME_MS = STREAM_LIMITS.requestState.value;

const RULES = {
  connector: { lifetimeMs: LIFETIME_MS, isSingleUse: false },
  approval: { lifetimeMs: LIFETIME_MS, isSingleUse: true },
  connection: { lifetimeMs: LIFETIME_MS, isSingleUse: true },
} as const satisfies Record<RequestStateKind, KindRules>;

export function createRequestStates({ sealer, clock, ephemeralStore }: RequestStatesDeps): RequestStates {
  const now = () => clock.now().getTime();
  return {
    async seal(call, { kind, text }) {
      const { lifetimeMs, isSingleUse } = RULES[kind];
      const sealed: SealedState = {
        version: FORMAT_VERSION,
        id: randomUUID(),
        kind,
        expiresAtMs: now() + lifetimeMs,
        text,
      };
      // Remembered before it goes out: a store that forgets refuses a state, and never lets one in twice.
      if (isSingleUse) await ephemeralStore.put(storeKeyOf(sealed), kind, lifetimeMs);
      return sealer.seal(bindingOf(call), JSON.stringify(sealed));
    },
    async open(call, sealed) {
      const state = typeof sealed === 'string' ? unseal(sealer, bindingOf(call), sealed) : null;
      if (state === null || state.expiresAtMs <= now()) return null;
      if (RULES[state.kind].isSingleUse && (await ephemeralStore.take(storeKeyOf(state))) !== state.kind) return null;
      return { kind: state.kind, text: state.text };
    },
  };
}

interface SealedState extends RequestState {
  /** Absent in states of the first release, which have the form of version 1. */
  readonly version?: number;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

function unseal(sealer: StateSealer, binding: readonly string[], sealed: string): SealedState | null {
  try {
    const state: SealedState = JSON.parse(sealer.open(binding, sealed)); // sealed: it has the shape that `seal` gave it
    return state.version === undefined || state.version === FORMAT_VERSION ? state : null;
  } catch {
    // Tampered with, of another request, or of another installation: the same error for all.
    return null;
  }
}

const storeKeyOf = ({ id }: SealedState) => ['request state', id];

/** The call with the connector's own state in place of the sealed one; null when it is not this call's state. */
export async function openConnectorState(states: RequestStates, call: Call): Promise<Call | null> {
  const sealed = own(call.request.params, 'requestState');
  if (sealed === undefined) return call;
  const state = await states.open(call, sealed);
  if (state?.kind !== 'connector') return null;
  return { ...call, request: { ...call.request, params: { ...call.request.params, requestState: state.text } } };
}

/** The `input_required` result with the connector's state sealed. */
export async function sealConnectorState(states: RequestStates, call: Call, result: JsonObject): Promise<JsonObject> {
  const { requestState } = result;
  if (typeof requestState !== 'string') return result;
  return { ...result, requestState: await states.seal(call, { kind: 'connector', text: requestState }) };
}

/**
 * Whether this request answers input requests of an earlier round: its result is this caller's alone and never cached.
 */
export function isRetry({ request }: Pick<Call, 'request'>): boolean {
  return own(request.params, 'requestState') !== undefined || own(request.params, 'inputResponses') !== undefined;
}

function bindingOf({ endpoint, principal, method, name, request, resource, policyRevision }: Call): string[] {
  const { _meta, requestState, inputResponses, ...asked } = request.params;
  const digest = createHash('sha256').update(canonical(asked)).digest('base64url');
  const where = [endpoint.organizationId, endpoint.connectorId, endpoint.versionId, resource];
  // The grant, where there is one: many people have the same client id, and a person may connect a client twice.
  const who = [principal.kind, subjectOf(principal), principal.grantId ?? ''];
  return [...where, ...who, `${endpoint.settingsRevision}`, `${policyRevision}`, method, name ?? '', digest];
}

/** JSON with sorted keys: a client may write the same parameters in another order. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
