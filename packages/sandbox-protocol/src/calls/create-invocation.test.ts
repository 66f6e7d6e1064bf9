import { newId } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../payloads/json.ts';
import { createInvocation, type InvocationRequest } from './create-invocation.ts';
import { invocationSchema } from './invocation.ts';

function invocationOf(tool: JsonObject | null, more: Partial<InvocationRequest> = {}) {
  return createInvocation({
    id: newId('invocation'),
    key: {
      organizationId: 'org_a',
      connectorId: 'con_a',
      versionId: 'ver_a',
      settingsRevision: 1,
      subject: '',
      preview: false,
      providers: [],
    },
    version: { artifactDigest: `sha256:${'a'.repeat(64)}`, egress: [] },
    method: 'tools/call',
    params: { name: 'tool' },
    tool,
    context: {
      user: null,
      organization: { id: 'org_a', slug: 'acme' },
      client: null,
      roles: [],
      groups: [],
      requestId: 'req_a',
      capabilities: {},
    },
    ...more,
  });
}

describe('createInvocation', () => {
  it.each([
    ['a tool without annotations', {}],
    ['a tool whose annotations are no object', { annotations: 'readOnlyHint' }],
    ['a tool with true as text', { annotations: { readOnlyHint: 'true' } }],
    ['a tool that declares writing', { annotations: { readOnlyHint: false } }],
  ])('takes a call of %s for a write', (_what, tool) => {
    expect(invocationOf(tool).effect).toBe('write');
  });

  it('takes a call of a tool that is read-only, and a method without a tool, for a read', () => {
    expect(invocationOf({ annotations: { readOnlyHint: true } }).effect).toBe('read');
    expect(invocationOf(null, { method: 'prompts/get' }).effect).toBe('read');
  });

  it.each([
    [undefined, 50_000],
    ['70000', 50_000],
    [Number.NaN, 50_000],
    [70_000.4, 70_000],
    [1, 1_000],
    [9_000_000, 300_000],
  ])('turns a tool’s declared time-out of %s ms into a deadline of %i ms', (asked, expected) => {
    const tool: JsonObject = asked === undefined ? {} : { _meta: { 'patchbay/timeoutMs': asked } };
    expect(invocationOf(tool).deadlineMs).toBe(expected);
  });

  it('prefers the deadline of the platform to that of the tool', () => {
    expect(invocationOf({ _meta: { 'patchbay/timeoutMs': 70_000 } }, { deadlineMs: 10_000 }).deadlineMs).toBe(10_000);
  });

  it('gives reads and writes alike the id of the invocation as idempotency key', () => {
    for (const tool of [null, {}]) {
      const invocation = invocationOf(tool);
      expect(invocation.context.idempotencyKey).toBe(invocation.id);
    }
  });

  it('creates an invocation that the supervisor’s schema accepts', () => {
    expect(invocationSchema.safeParse(invocationOf({})).error).toBeUndefined();
  });
});
