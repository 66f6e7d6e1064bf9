import { systemClock } from '@patchbay/foundation';
import { viewManifest } from '@patchbay/mcp';
import { preparePolicies } from '@patchbay/policy';
import { describe, expect, it } from 'vitest';
import type { Call } from '../context/call.ts';
import { ruleCall } from './rule-call.ts';

const PAGE = 'ui://demo/chart.html';
const tool = (name: string, readOnlyHint = true) => ({
  name,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint },
  _meta: { ui: { resourceUri: PAGE } },
});

/** The ruling on reading the page, with some tools blocked by policy. */
function read(tools: readonly object[], blocked: readonly string[]) {
  const call = {
    method: 'resources/read',
    name: PAGE,
    tool: null,
    manifest: viewManifest({ tools }),
    endpoint: { organizationId: 'org_1', connectorSlug: 'demo' },
    principal: { roles: ['member'], groups: [], clientId: null },
    request: { params: {} },
  };
  const policies = preparePolicies(
    blocked.map((name) => ({ id: `pol_${name}`, name, effect: 'blocked', when: { tools: [name] } })),
  );
  // The fields that a ruling reads; the rest of a call is for later steps.
  const loadPolicies = async () => ({ revision: 1, policies });
  return ruleCall({ loadPolicies, clock: systemClock }, call as unknown as Call);
}

describe('reading the page of tools', () => {
  it('reading a page is blocked for a caller for whom all of its tools are blocked', async () => {
    expect(await read([tool('a'), tool('b')], ['a', 'b'])).toMatchObject({ effect: 'blocked' });
  });

  it('reading a page is allowed while one of its tools may be called, at once or after an approval', async () => {
    expect(await read([tool('a'), tool('b', false)], ['a'])).toMatchObject({ effect: 'always_allow' });
    expect(await read([], ['a'])).toMatchObject({ effect: 'always_allow' });
  });
});
