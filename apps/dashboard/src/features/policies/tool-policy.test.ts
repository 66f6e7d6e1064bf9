import { preparePolicies, type ToolPolicy } from '@patchbay/policy';
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
    const ruling = (...policies: ToolPolicy[]) => rulingForMembers(preparePolicies(policies), tool);
    expect(ruling()).toMatchObject({ effect: 'needs_approval', because: 'annotations' });
    expect(ruling(policy({ roles: ['owner'] })).because).toBe('annotations');
    expect(ruling(policy({ arguments: [{ path: '/a', max: 1 }] })).because).toBe('annotations');
    expect(ruling(policy({ tools: ['delete_*'] })).effect).toBe('blocked');
  });
});
