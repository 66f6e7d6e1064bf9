import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import { viewManifest } from '@patchbay/mcp';
import type { Effect } from '@patchbay/policy';
import { describe, expect, it } from 'vitest';
import { StepTimer } from '../../telemetry/step-timer.ts';
import type { Call, CallReply } from '../context/call.ts';
import { principalOf } from '../context/principal.ts';
import { type CallToolDeps, callTool } from './call-tool.ts';

const ENDPOINT: Endpoint = {
  organizationId: 'org_a',
  organizationSlug: 'acme',
  connectorId: 'con_a',
  connectorSlug: 'weather',
  connectorName: 'Weather',
  versionId: 'ver_a',
  versionNumber: 1,
  live: true,
  artifactDigest: 'sha256:0',
  snapshot: null,
  manifest: {},
  settingsRevision: 0,
  codeGeneration: false,
  authMode: 'none',
  resource: '/acme/weather/mcp',
};
const TIMINGS = { queueMs: 0, startMs: 0, sandboxMs: 1, egressMs: 0, cold: false };
const REPLY: CallReply = { kind: 'complete', result: { content: [] }, timings: TIMINGS };

const CALL: Call = {
  endpoint: ENDPOINT,
  manifest: viewManifest({}),
  principal: principalOf({ kind: 'anonymous', credentialId: null, address: '198.51.100.1' }, ENDPOINT),
  resource: '/acme/weather/mcp',
  policyRevision: 0,
  requestId: 'req_1',
  steps: new StepTimer(0),
  notify: () => undefined,
  signal: new AbortController().signal,
  request: {
    kind: 'request',
    era: 'legacy',
    revision: '2025-11-25',
    id: 1,
    method: 'tools/call',
    params: {},
    meta: {},
    name: 'echo',
  },
  method: 'tools/call',
  name: 'echo',
  tool: { name: 'echo' },
  trace: undefined,
};

/** Notes what a call touched, in order. */
function witness(effect: Effect, change: Partial<CallToolDeps> = {}) {
  const touched: string[] = [];
  const deps: CallToolDeps = {
    rule: async () => {
      touched.push('rule');
      return { effect, because: 'test', reason: 'because.' };
    },
    admit: async () => {
      touched.push('admit');
      return { release: () => touched.push('release') };
    },
    openCredentials: async () => {
      touched.push('credential');
      return [];
    },
    recordIntent: async () => {
      touched.push('intent');
    },
    invoke: async () => {
      touched.push('invoke');
      return REPLY;
    },
    record: async (_call, outcome) => {
      touched.push(outcome.error instanceof AppError ? `record ${outcome.error.code}` : 'record');
    },
    ...change,
  };
  return { touched, deps };
}

describe('callTool', () => {
  it('refuses a blocked tool: no room taken, no credential opened, no sandbox reached, but on record', async () => {
    const { touched, deps } = witness('blocked');
    await expect(callTool(deps, CALL)).rejects.toMatchObject({ code: 'policy.tool_blocked' });
    expect(touched).toEqual(['rule', 'record policy.tool_blocked']);
  });

  it('refuses a tool that waits for a human in the same place', async () => {
    const { touched, deps } = witness('needs_approval');
    await expect(callTool(deps, CALL)).rejects.toMatchObject({ code: 'policy.needs_approval' });
    expect(touched).toEqual(['rule', 'record policy.needs_approval']);
  });

  it('opens no credential when there is no room', async () => {
    const full = async () => Promise.reject(new AppError('limits.connector_busy'));
    const { touched, deps } = witness('always_allow', { admit: full });
    await expect(callTool(deps, CALL)).rejects.toMatchObject({ code: 'limits.connector_busy' });
    expect(touched).toEqual(['rule', 'record limits.connector_busy']);
  });

  it('does not send a call whose intent cannot be kept, and gives its room back', async () => {
    const away = async () => Promise.reject(new AppError('data.unavailable'));
    const { touched, deps } = witness('always_allow', { recordIntent: away });
    await expect(callTool(deps, CALL)).rejects.toMatchObject({ code: 'data.unavailable' });
    expect(touched).toEqual(['rule', 'admit', 'credential', 'release', 'record data.unavailable']);
  });

  it('gives the room back and records the call when the sandbox fails', async () => {
    const failing = async () => Promise.reject(new AppError('internal.unexpected'));
    const { touched, deps } = witness('always_allow', { invoke: failing });
    await expect(callTool(deps, CALL)).rejects.toMatchObject({ code: 'internal.unexpected' });
    expect(touched).toEqual(['rule', 'admit', 'credential', 'intent', 'release', 'record internal.unexpected']);
  });

  it('runs an allowed call once, in order, and answers after it is on record', async () => {
    const { touched, deps } = witness('always_allow');
    expect(await callTool(deps, CALL)).toBe(REPLY);
    expect(touched).toEqual(['rule', 'admit', 'credential', 'intent', 'invoke', 'release', 'record']);
  });
});
