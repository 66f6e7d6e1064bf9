import { describe, expect, it } from 'vitest';
import { type UsageEvent, UsageEventSchema, usageEventText } from './usage-event.ts';

const EVENT: UsageEvent = {
  id: 'use_1',
  organizationId: 'org_1',
  connectorId: 'con_1',
  versionId: 'ver_1',
  at: '2026-11-30T10:00:00Z',
  method: 'tools/call',
  name: 'greet',
  principal: { kind: 'anonymous', id: null },
  requestId: 'req_1',
  client: null,
  outcome: 'complete',
  errorCode: null,
  cold: false,
  stepsMs: {},
  totalMs: 1,
};
const clientOf = (line: string) => UsageEventSchema.parse(JSON.parse(line)).client;

describe('usageEventText', () => {
  it('escapes text of a usage event that PostgreSQL cannot store, and leaves an escape in it unchanged', () => {
    const client = { name: 'a\0b\ud83d', version: '\\u0000 \u{1f600}' };
    const line = usageEventText({ ...EVENT, client });
    expect(line).not.toMatch(/[^\\]\\u(0000|d83d)/);
    expect(clientOf(line)).toEqual({ name: 'a\\u{0}b\\u{d83d}', version: '\\u0000 \u{1f600}' });
  });
});

describe('UsageEventSchema', () => {
  it('cuts a long name of a client, and escapes the half of a surrogate pair that is left by the cut', () => {
    const line = JSON.stringify({
      ...EVENT,
      client: { name: '\0'.repeat(1_000), version: `${'v'.repeat(127)}\u{1f600}` },
    });
    expect(clientOf(line)?.name).toHaveLength(256);
    expect(clientOf(line)?.version).toBe(`${'v'.repeat(127)}\\u{d83d}`);
  });
});
