import type { Endpoint } from '@patchbay/domain/endpoints';
import { type JsonObject, viewManifest } from '@patchbay/mcp';
import { createStateSealer } from '@patchbay/vault';
import { beforeAll, describe, expect, it } from 'vitest';
import { StepTimer } from '../telemetry/step-timer.ts';
import type { Call } from './call.ts';
import type { Principal } from './principal.ts';
import { principalOf } from './principal.ts';
import { createRequestStates, type RequestStates } from './request-states.ts';

const ENDPOINT: Endpoint = {
  ...{ organizationId: 'org_a', organizationSlug: 'acme', connectorId: 'con_a', connectorSlug: 'weather' },
  ...{
    connectorName: 'Weather',
    versionId: 'ver_a',
    versionNumber: 1,
    live: true,
    artifactDigest: 'sha256:0',
    snapshot: null,
  },
  ...{ manifest: {}, settingsRevision: 0, codeGeneration: false, authMode: 'none', resource: '/acme/weather/mcp' },
};
const ANNA: Principal = {
  ...principalOf({ kind: 'anonymous', credentialId: null, address: '198.51.100.1' }, ENDPOINT),
  kind: 'person',
  userId: 'psn_anna',
};

function call(params: JsonObject, change: Partial<Call> = {}): Call {
  return {
    ...{ endpoint: ENDPOINT, manifest: viewManifest({}), principal: ANNA, requestId: 'req_1' },
    ...{ steps: new StepTimer(0), header: () => undefined, notify: () => undefined },
    ...{ signal: new AbortController().signal, method: 'tools/call', name: 'book', tool: null, trace: undefined },
    request: {
      ...{ kind: 'request', era: 'modern', revision: '2026-07-28', id: 1, method: 'tools/call' },
      ...{ params: { name: 'book', arguments: { day: 1, seat: 'a' }, ...params }, meta: {}, name: 'book' },
    },
    ...change,
  };
}

let states: RequestStates;
let elsewhere: RequestStates;
let nowMs = 0;
beforeAll(async () => {
  const open = async () =>
    createRequestStates({
      sealer: await createStateSealer({ masterKey: async () => new Uint8Array(32) }, 'request state'),
      clock: { now: () => new Date(nowMs), monotonicMs: () => nowMs },
    });
  [states, elsewhere] = [await open(), await open()];
});
const sealed = () => String(states.seal(call({}), { requestState: 'round 1' }).requestState);

describe('request states', () => {
  it('refuse another caller, connector, version, method, tool and arguments', () => {
    const requestState = sealed();
    const foreign: Call[] = [
      call({ requestState }, { principal: { ...ANNA, userId: 'psn_ben' } }),
      call({ requestState }, { endpoint: { ...ENDPOINT, connectorId: 'con_b' } }),
      call({ requestState }, { endpoint: { ...ENDPOINT, versionId: 'ver_b' } }),
      call({ requestState }, { method: 'prompts/get' }),
      call({ requestState }, { name: 'cancel' }),
      call({ requestState, arguments: { day: 2, seat: 'a' } }),
    ];
    expect(foreign.map((one) => states.open(one))).toEqual(foreign.map(() => null));
  });

  it('refuse what was altered, what is no text and what came too late', () => {
    const requestState = sealed();
    for (const bad of [`${requestState.slice(0, -2)}AA`, 'round 1', '', 7, null, {}]) {
      expect(states.open(call({ requestState: bad }))).toBeNull();
    }
    nowMs += 30 * 60_000;
    expect(states.open(call({ requestState }))).toBeNull();
    nowMs = 0;
  });

  it('give the connector its own text back, on another gateway too, whatever the order of arguments', () => {
    const opened = elsewhere.open(
      call({ arguments: { seat: 'a', day: 1 }, inputResponses: { seat: {} }, requestState: sealed() }),
    );
    expect(opened?.request.params.requestState).toBe('round 1');
  });

  it('show nothing of what the connector wrote', () => {
    expect(Buffer.from(sealed(), 'base64url').toString('latin1')).not.toContain('round');
  });
});
