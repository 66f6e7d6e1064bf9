import { describe, expect, it } from 'vitest';
import { ATTACK_TRACES, tryTraces } from './attack-traces.ts';
import { uncoveredTools } from './coverage.ts';
import type { Effect, PolicyConditions, PolicyInput, ToolPolicy } from './policy.ts';
import { presetPolicies } from './presets.ts';
import { Replay } from './replay.ts';

const policy = (id: string, effect: Effect, when: PolicyConditions): ToolPolicy => ({ id, name: id, effect, when });
const input = (rest: Partial<PolicyInput> = {}): PolicyInput => ({
  connector: 'github',
  tool: 'create_issue',
  annotations: { readOnlyHint: false, destructiveHint: false },
  interactive: false,
  caller: 'usr_1',
  roles: ['member'],
  groups: [],
  client: null,
  arguments: null,
  at: 0,
  ...rest,
});
const recorded = (requestId: string, rest: Partial<PolicyInput> = {}, effect: Effect = 'always_allow') => ({
  requestId,
  effect,
  input: input(rest),
});

describe('a draft played against recorded calls', () => {
  it('a report counts what the draft would have stopped, of whom, and names what it cannot know', () => {
    const replay = new Replay([
      policy('pol_block', 'blocked', { tools: ['delete_*'] }),
      policy('pol_hold', 'needs_approval', { tools: ['create_*'], callers: ['usr_2'] }),
      policy('pol_amount', 'blocked', { tools: ['refund'], arguments: [{ path: '/amount', min: 100 }] }),
      policy('pol_allow', 'always_allow', { tools: ['wipe'] }),
      policy('pol_nobody', 'blocked', { tools: ['no_such_tool'] }),
    ]);
    replay.add(recorded('1'));
    replay.add(recorded('2', { caller: 'usr_2' }));
    replay.add(recorded('3', { tool: 'delete_issue', caller: 'usr_2' }));
    replay.add(recorded('4', { tool: 'delete_issue' }, 'blocked'));
    replay.add(recorded('5', { tool: 'refund' }));
    replay.add(recorded('6', { tool: 'refund', arguments: { amount: 5 } }));
    replay.add(recorded('7', { tool: 'wipe', annotations: {} }, 'needs_approval'));
    const { examples, unmatched, ...counts } = replay.report();
    expect(counts).toEqual({
      calls: 7,
      blocked: 1,
      held: 1,
      loosened: 1,
      undecided: 1,
      callers: [{ caller: 'usr_2', calls: 2 }],
    });
    expect(examples.map(({ requestId, after }) => [requestId, after.because])).toEqual([
      ['2', 'pol_hold'],
      ['3', 'pol_block'],
      ['7', 'pol_allow'],
    ]);
    expect(unmatched.map(({ id }) => id)).toEqual(['pol_nobody']);
  });
});

describe('coverage', () => {
  it('a tool is covered by a policy for it, for any callers and whatever the arguments', () => {
    const tools = [
      input({ tool: 'delete_issue', annotations: {} }),
      input({ tool: 'create_issue' }),
      input({ connector: 'mail', tool: 'send' }),
    ];
    const policies = [
      policy('pol_1', 'blocked', { kinds: ['destructive'], groups: ['grp_x'], arguments: [{ path: '/a', max: 1 }] }),
      policy('pol_2', 'blocked', {
        connectors: ['mail'],
        window: { days: ['mon'], from: '09:00', to: '10:00', zone: 'UTC' },
      }),
    ];
    expect(uncoveredTools(policies, tools).map(({ tool }) => tool)).toEqual(['create_issue']);
    expect(uncoveredTools([], tools)).toHaveLength(3);
  });
});

describe('attack traces', () => {
  const traced = (...presets: Parameters<typeof presetPolicies>[0][]) =>
    tryTraces(presets.flatMap((preset) => presetPolicies(preset, {})).map((one) => ({ ...one, id: 'pol_preset' })));

  it('every trace ends with what it is after, which some preset stops', () => {
    for (const { effect } of traced('read_only')) expect(effect).toBe('blocked');
    for (const { effect } of traced('approve_writes')) expect(effect).toBe('needs_approval');
  });

  it('annotations alone stop what destroys, and let writes pass that declare themselves harmless', () => {
    const effects = traced().map(({ effect }) => effect);
    expect(effects).toHaveLength(ATTACK_TRACES.length);
    expect(effects.filter((effect) => effect === 'needs_approval').length).toBeGreaterThan(0);
    expect(effects.filter((effect) => effect === 'always_allow').length).toBeGreaterThan(0);
  });
});
