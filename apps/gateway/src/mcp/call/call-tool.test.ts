import { AppError } from '@patchbay/foundation';
import type { Effect } from '@patchbay/policy';
import { describe, expect, it } from 'vitest';
import { givenCall } from '../../../test/given-call.ts';
import type { CallReply } from '../context/call.ts';
import { type CallToolDeps, callTool } from './call-tool.ts';

const TIMINGS = { queueMs: 0, startMs: 0, sandboxMs: 1, egressMs: 0, cold: false };
const REPLY: CallReply = { kind: 'complete', result: { content: [] }, timings: TIMINGS };

const CALL = givenCall();

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

  it('refuses a tool that needs approval before room, credentials and sandbox, and records the call', async () => {
    const { touched, deps } = witness('needs_approval');
    await expect(callTool(deps, CALL)).rejects.toMatchObject({ code: 'policy.needs_approval' });
    expect(touched).toEqual(['rule', 'record policy.needs_approval']);
  });

  it('opens no credential for a call that finds no room', async () => {
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

  it('gives the room of a call back and records the call when the sandbox fails', async () => {
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
