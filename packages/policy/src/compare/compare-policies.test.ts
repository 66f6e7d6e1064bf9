import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { EFFECTS, type PolicyConditions, type PolicyInput, strictness, type ToolPolicy } from '../policy.ts';
import { preparePolicies } from '../prepare.ts';
import { type CallDomain, comparePolicies } from './compare-policies.ts';

const DOMAIN: CallDomain = {
  tools: [
    { connector: 'github', tool: 'list_issues', annotations: { readOnlyHint: true }, interactive: false },
    { connector: 'github', tool: 'delete_issue', annotations: { destructiveHint: true }, interactive: false },
  ],
  roles: ['owner', 'member'],
  clients: ['client_a'],
};
const policy = (effect: ToolPolicy['effect'], when: PolicyConditions = {}, id = 'pol_1'): ToolPolicy => ({
  id,
  name: id,
  effect,
  when,
});

describe('the comparison of two sets of policies', () => {
  it('a set with one more restriction narrows', () => {
    const before = [policy('blocked', { roles: ['owner'] })];
    const after = [...before, policy('needs_approval', { groups: ['grp_a'] }, 'pol_2')];
    expect(comparePolicies(before, after, DOMAIN)).toMatchObject({ kind: 'narrows' });
  });

  it('the simplest newly allowed call is named, without conditions that it does not need', () => {
    const before = [policy('blocked', { groups: ['grp_a'] }, 'pol_2')];
    const allows = policy('always_allow', { tools: ['delete_*'], arguments: [{ path: '/n', max: 5 }] });
    const comparison = comparePolicies(before, [...before, allows], DOMAIN);
    expect(comparison).toMatchObject({
      kind: 'loosens',
      call: { tool: 'delete_issue', roles: [], groups: [], client: null },
      before: { effect: 'needs_approval' },
      after: { effect: 'always_allow', because: 'pol_1' },
    });
  });

  it('a wider exception, a wider range and a longer window each loosen', () => {
    const window = { days: ['mon'] as const, from: '09:00', to: '10:00', zone: 'Europe/Berlin' };
    const changes: [PolicyConditions, PolicyConditions][] = [
      [{ exceptGroups: ['grp_a'] }, { exceptGroups: ['grp_a', 'grp_b'] }],
      [{ arguments: [{ path: '/n', min: 100 }] }, { arguments: [{ path: '/n', min: 101 }] }],
      [{ window: { ...window, to: '11:00' } }, { window }],
      [{ window }, { window: { ...window, zone: 'America/New_York' } }],
      [{ clients: ['client_*'] }, { clients: ['client_b'] }],
      [{ arguments: [{ path: '/a', prefix: 'x' }] }, { arguments: [{ path: '/a', prefix: 'xy' }] }],
    ];
    for (const [before, after] of changes) {
      const one = comparePolicies([policy('blocked', before)], [policy('blocked', after)], DOMAIN);
      expect(one.kind, JSON.stringify(after)).toBe('loosens');
      expect(comparePolicies([policy('blocked', before)], [policy('blocked', before)], DOMAIN).kind).toBe('narrows');
    }
  });

  it('a change with too many different calls is not called narrow', () => {
    const groups = Array.from({ length: 11 }, (_, index) => `grp_${index}`);
    expect(comparePolicies([], [policy('blocked', { groups })], DOMAIN).kind).toBe('too_many');
  });

  it('no random call contradicts the result', () => {
    const conditions: fc.Arbitrary<PolicyConditions> = fc.record(
      {
        tools: fc.constantFrom(['delete_*'], ['list_issues']),
        roles: fc.constantFrom(['owner'], ['member']),
        groups: fc.constantFrom(['grp_a'], ['grp_b']),
        arguments: fc.constantFrom(
          [{ path: '/n', min: 3, max: 7 }],
          [{ path: '/n', equals: 5 }],
          [
            { path: '/s', prefix: 'ab' },
            { path: '/s', prefix: 'a', ignoreAbsent: true },
          ],
          [{ path: '/s', oneOf: ['ab', 'b'] }],
          [{ path: '/o/p', equals: true }],
        ),
      },
      { requiredKeys: [] },
    );
    const sets = fc
      .array(fc.tuple(fc.constantFrom(...EFFECTS), conditions), { maxLength: 3 })
      .map((all) => all.map(([effect, when], index) => policy(effect, when, `pol_${index}`)));
    const values = fc.constantFrom<unknown>(
      undefined,
      2.9,
      3,
      5,
      7.5,
      '',
      'a',
      'ab',
      'abc',
      'b',
      null,
      [],
      { p: true },
      true,
    );
    const calls: fc.Arbitrary<PolicyInput> = fc
      .record({
        tool: fc.constantFrom(...DOMAIN.tools),
        roles: fc.constantFrom([], ['owner'], ['member']),
        groups: fc.constantFrom([], ['grp_a'], ['grp_b'], ['grp_a', 'grp_b'], null),
        arguments: fc.record({ n: values, s: values, o: values }),
      })
      .map(({ tool, arguments: all, ...rest }) => ({
        ...tool,
        ...rest,
        caller: 'usr_1',
        client: null,
        at: 0,
        arguments: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
      }));
    fc.assert(
      fc.property(sets, sets, fc.array(calls, { minLength: 20, maxLength: 20 }), (before, after, random) => {
        const comparison = comparePolicies(before, after, DOMAIN);
        if (comparison.kind === 'loosens') {
          const { call } = comparison;
          const [was, is] = [decide(call, preparePolicies(before)), decide(call, preparePolicies(after))];
          expect(strictness(is.effect, was.effect)).toBeLessThan(0);
          return;
        }
        const [old, draft] = [preparePolicies(before), preparePolicies(after)];
        for (const call of random) {
          expect(strictness(decide(call, draft).effect, decide(call, old).effect)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 60 },
    );
  });
});
