import type { Clock } from '@patchbay/foundation';
import type { JsonObject } from '@patchbay/mcp';
import { createStateSealer, localKeySource } from '@patchbay/vault';
import { beforeAll, describe, expect, it } from 'vitest';
import { givenAnonymous, givenCall, givenEndpoint } from '../../../test/given-call.ts';
import { LocalStore } from '../../ephemeral-store/local-store.ts';
import type { Call } from '../context/call.ts';
import type { Principal } from '../context/principal.ts';
import {
  createRequestStates,
  openConnectorState,
  type RequestState,
  type RequestStates,
  sealConnectorState,
} from './request-states.ts';

const ENDPOINT = givenEndpoint();
const ANNA: Principal = { ...givenAnonymous(ENDPOINT), kind: 'person', userId: 'psn_anna' };

function call(params: JsonObject, change: Partial<Call> = {}): Call {
  const { request } = givenCall({ name: 'book' });
  const asked = { ...request, params: { name: 'book', arguments: { day: 1, seat: 'a' }, ...params } };
  return givenCall({ endpoint: ENDPOINT, principal: ANNA, name: 'book', tool: null, request: asked, ...change });
}

let states: RequestStates;
let elsewhere: RequestStates;
let nowMs = 0;
const clock: Clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs };
beforeAll(async () => {
  const sealer = () => createStateSealer(localKeySource([{ id: 0, bytes: new Uint8Array(32) }]), 'request state');
  const ephemeralStore = new LocalStore(clock);
  states = createRequestStates({ sealer: await sealer(), clock, ephemeralStore });
  elsewhere = createRequestStates({ sealer: await sealer(), clock, ephemeralStore });
});

const CONNECTOR: RequestState = { kind: 'connector', text: 'round 1' };
const APPROVAL: RequestState = { kind: 'approval', text: 'apr_1' };
const CONNECTION: RequestState = { kind: 'connection', text: 'cnc_1' };

describe('request states', () => {
  it('a request state opens for no call that differs in caller, target, revision or arguments', async () => {
    const requestState = await states.seal(call({}), CONNECTOR);
    const foreign: Call[] = [
      call({}, { principal: { ...ANNA, userId: 'psn_ben' } }),
      call({}, { principal: { ...ANNA, grantId: 'grt_other' } }),
      call({}, { resource: '/acme/mcp' }),
      call({}, { endpoint: { ...ENDPOINT, connectorId: 'con_b' } }),
      call({}, { endpoint: { ...ENDPOINT, versionId: 'ver_b' } }),
      call({}, { endpoint: { ...ENDPOINT, settingsRevision: 1 } }),
      call({}, { policyRevision: 1 }),
      call({}, { method: 'prompts/get' }),
      call({}, { name: 'cancel' }),
      call({ arguments: { day: 2, seat: 'a' } }),
    ];
    expect(await Promise.all(foreign.map((one) => states.open(one, requestState)))).toEqual(foreign.map(() => null));
    expect(await states.open(call({}), requestState)).toEqual(CONNECTOR);
  });

  it('a request state does not open when it was altered, is no text or comes too late', async () => {
    const requestState = await states.seal(call({}), CONNECTOR);
    for (const bad of [`${requestState.slice(0, -2)}AA`, 'round 1', '', 7, null, {}]) {
      expect(await states.open(call({}), bad)).toBeNull();
    }
    nowMs += 30 * 60_000;
    expect(await states.open(call({}), requestState)).toBeNull();
    nowMs = 0;
  });

  it.each([APPROVAL, CONNECTION])('a request state of the kind $kind opens once among all gateways', async (state) => {
    const sealed = await states.seal(call({}), state);
    const opened = await Promise.all([states.open(call({}), sealed), elsewhere.open(call({}), sealed)]);
    expect(opened.filter((one) => one !== null)).toEqual([state]);
    expect(await states.open(call({}), sealed)).toBeNull();
  });

  it('a request state for one use stays closed after the store forgot it', async () => {
    const sealed = await states.seal(call({}), APPROVAL);
    const sealer = await createStateSealer(localKeySource([{ id: 0, bytes: new Uint8Array(32) }]), 'request state');
    const emptied = createRequestStates({ sealer, clock, ephemeralStore: new LocalStore(clock) });
    expect(await emptied.open(call({}), sealed)).toBeNull();
  });

  it('a request state for one use is not used up by a caller it was not issued to', async () => {
    const sealed = await states.seal(call({}), APPROVAL);
    expect(await states.open(call({}, { principal: { ...ANNA, userId: 'psn_ben' } }), sealed)).toBeNull();
    expect(await states.open(call({}), sealed)).toEqual(APPROVAL);
  });

  it('a request state of another format is refused, and one of the release without a format version still opens', async () => {
    const sealer = { seal: (_binding: unknown, text: string) => text, open: (_binding: unknown, text: string) => text };
    const readable = createRequestStates({ sealer, clock, ephemeralStore: new LocalStore(clock) });
    const { version, ...content } = JSON.parse(await readable.seal(call({}), CONNECTOR));
    expect(version).toBe(1);
    for (const other of [0, 2, '1', null]) {
      expect(await readable.open(call({}), JSON.stringify({ version: other, ...content }))).toBeNull();
    }
    expect(await readable.open(call({}), JSON.stringify(content))).toEqual(CONNECTOR);
  });

  it('a request state reveals nothing of its content', async () => {
    const sealed = await states.seal(call({}), CONNECTOR);
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toMatch(/round|connector/);
  });
});

describe('the state of a connector', () => {
  it('a request state of the platform never opens as one of a connector', async () => {
    for (const state of [APPROVAL, CONNECTION]) {
      const requestState = await states.seal(call({}), state);
      expect(await openConnectorState(states, call({ requestState }))).toBeNull();
    }
  });

  it('the state of a connector comes back as its own text, repeatedly, also on another gateway', async () => {
    const { requestState } = await sealConnectorState(states, call({}), { requestState: 'round 1' });
    const retry = call({
      arguments: { seat: 'a', day: 1 },
      inputResponses: { seat: {} },
      requestState: requestState ?? '',
    });
    for (const gateway of [elsewhere, states]) {
      expect((await openConnectorState(gateway, retry))?.request.params.requestState).toBe('round 1');
    }
  });

  it('results and requests without a connector’s state pass unchanged', async () => {
    expect(await sealConnectorState(states, call({}), { inputRequests: {} })).toEqual({ inputRequests: {} });
    const plain = call({});
    expect(await openConnectorState(states, plain)).toBe(plain);
  });
});
