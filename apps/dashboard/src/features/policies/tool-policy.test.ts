import type { ToolPolicy } from '@patchbay/policy';
import { describe, expect, it } from 'vitest';
import { policyOfTool, rulingForMembers, textOfToolPolicy } from './tool-policy.ts';

const tool = { connector: 'github', tool: 'delete_issue', annotations: { destructiveHint: true }, interactive: false };
const policy = (when: ToolPolicy['when'], effect: ToolPolicy['effect'] = 'blocked'): ToolPolicy => ({
  id: 'pol_1',
  name: 'one',
  effect,
  when,
});

describe('the policy of a tool', () => {
  it('a policy that is also for other tools, connectors, roles or arguments is not that of the tool', () => {
    const exact = { connectors: ['github'], tools: ['delete_issue'] };
    const others = [
      {},
      { tools: ['delete_issue'] },
      { ...exact, tools: ['delete_issue', 'x'] },
      { ...exact, connectors: ['git*'] },
      { ...exact, roles: ['member'] },
      { ...exact, arguments: [{ path: '/a', max: 1 }] },
    ];
    for (const when of others) expect(policyOfTool([policy(when)], tool)).toBeUndefined();
    expect(policyOfTool([policy({}), policy({ ...exact, roles: undefined })], tool)).toMatchObject({ when: exact });
  });

  it('the policy that a choice makes is found again, and its name fits', () => {
    const long = { ...tool, tool: 'x'.repeat(120) };
    const made = { id: 'pol_1', ...textOfToolPolicy(long, 'needs_approval') };
    expect(policyOfTool([made], long)).toBe(made);
    expect(made.name).toHaveLength(80);
  });

  it('the ruling for members is the strictest that holds whatever the arguments', () => {
    expect(rulingForMembers([], tool)).toMatchObject({ effect: 'needs_approval', because: 'annotations' });
    expect(rulingForMembers([policy({ roles: ['owner'] })], tool).because).toBe('annotations');
    expect(rulingForMembers([policy({ arguments: [{ path: '/a', max: 1 }] })], tool).because).toBe('annotations');
    expect(rulingForMembers([policy({ tools: ['delete_*'] })], tool).effect).toBe('blocked');
  });
});
