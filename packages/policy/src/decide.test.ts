import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, decideInFavour } from './decide.ts';
import { EFFECTS, type PolicyConditions, type PolicyInput, strictness, type ToolPolicy } from './policy.ts';
import { preparePolicies } from './prepare.ts';

const call = (rest: Partial<PolicyInput> = {}): PolicyInput => ({
  connector: 'weather',
  tool: 'forecast',
  annotations: {},
  interactive: false,
  caller: 'usr_1',
  roles: ['member'],
  groups: ['grp_a'],
  client: 'https://client.example/metadata.json',
  arguments: {},
  at: Date.parse('2026-03-02T10:00:00Z'), // a Monday
  ...rest,
});
const policy = (effect: ToolPolicy['effect'], when: PolicyConditions = {}, id = `pol_${effect}`): ToolPolicy => ({
  id,
  name: `${effect} policy`,
  effect,
  when,
});
const effectOf = (input: PolicyInput, ...policies: ToolPolicy[]) => decide(input, preparePolicies(policies)).effect;

const reads = { annotations: { readOnlyHint: true } };
const blocked = (when: PolicyConditions, rest: Partial<PolicyInput> = {}) =>
  effectOf(call({ ...reads, ...rest }), policy('blocked', when)) === 'blocked';
const allowed = (when: PolicyConditions, rest: Partial<PolicyInput> = {}) =>
  effectOf(call(rest), policy('always_allow', when)) === 'always_allow';

describe('a call without a matching policy', () => {
  it('requires approval for tools that may destroy, or have no annotation', () => {
    expect(effectOf(call({ annotations: { destructiveHint: true } }))).toBe('needs_approval');
    expect(effectOf(call())).toBe('needs_approval');
    expect(effectOf(call({ annotations: { readOnlyHint: false } }))).toBe('needs_approval');
  });

  it('allows read-only tools, and writes that are declared harmless', () => {
    expect(effectOf(call(reads))).toBe('always_allow');
    expect(effectOf(call({ annotations: { readOnlyHint: false, destructiveHint: false } }))).toBe('always_allow');
  });
});

describe('the conditions of a policy', () => {
  it.each<[string, PolicyConditions, boolean]>([
    ['the connector', { connectors: ['wea*'] }, true],
    ['another connector', { connectors: ['mail'] }, false],
    ['the tool by its name', { tools: ['forecast', 'other'] }, true],
    ['another tool', { tools: ['delete_*'] }, false],
    ['the kind', { kinds: ['read'] }, true],
    ['another kind', { kinds: ['write', 'destructive', 'interactive'] }, false],
    ['the role', { roles: ['member', 'developer'] }, true],
    ['another role', { roles: ['owner'] }, false],
    ['the caller', { callers: ['usr_1'] }, true],
    ['another caller', { callers: ['usr_2'] }, false],
    ['one of the groups', { groups: ['grp_a', 'grp_b'] }, true],
    ['another group', { groups: ['grp_b'] }, false],
    ['callers outside another group', { exceptGroups: ['grp_b'] }, true],
    ['callers outside the group', { exceptGroups: ['grp_a'] }, false],
    ['the client', { clients: ['https://client.example/*'] }, true],
    ['another client', { clients: ['https://other.example/*'] }, false],
    ['all of several conditions', { tools: ['forecast'], roles: ['member'] }, true],
    ['only one of several conditions', { tools: ['forecast'], roles: ['owner'] }, false],
  ])('a policy for %s', (_name, when, expected) => {
    expect(blocked(when)).toBe(expected);
    expect(allowed(when, reads)).toBe(true);
  });

  it('a policy for clients is not for a caller without a client, nor one for callers for an anonymous one', () => {
    expect(blocked({ clients: ['*'] }, { client: null })).toBe(false);
    expect(blocked({ callers: ['usr_1'] }, { caller: null })).toBe(false);
  });

  it('a tool with a page of its own is interactive beside its other kind', () => {
    expect(blocked({ kinds: ['interactive'] }, { interactive: true })).toBe(true);
    expect(blocked({ kinds: ['read'] }, { interactive: true })).toBe(true);
  });
});

describe('unknown facts', () => {
  it.each<[string, PolicyConditions, Partial<PolicyInput>]>([
    ['groups', { groups: ['grp_b'] }, { groups: null }],
    ['groups of which to be outside', { exceptGroups: ['grp_a'] }, { groups: null }],
    ['arguments that were not recorded', { arguments: [{ path: '/amount', min: 100 }] }, { arguments: null }],
    ['an absent argument', { arguments: [{ path: '/amount', min: 100 }] }, {}],
    ['an argument of another type', { arguments: [{ path: '/amount', min: 100 }] }, { arguments: { amount: '5' } }],
    ['a value that is not finite', { arguments: [{ path: '/n', max: 1 }] }, { arguments: { n: Number.NaN } }],
    ['a list of one', { arguments: [{ path: '/to', equals: 'me' }] }, { arguments: { to: ['me'] } }],
  ])('unknown %s count against the caller', (_name, when, rest) => {
    expect(blocked(when, rest)).toBe(true);
    expect(allowed(when, rest)).toBe(false);
    const question = call({ ...reads, ...rest });
    expect(decideInFavour(question, preparePolicies([policy('blocked', when)])).effect).toBe('always_allow');
    expect(decideInFavour(call(rest), preparePolicies([policy('always_allow', when)])).effect).toBe('always_allow');
  });

  it('an absent argument does not match where the policy ignores it', () => {
    expect(blocked({ arguments: [{ path: '/force', equals: true, ignoreAbsent: true }] })).toBe(false);
  });

  it('a condition that is known not to hold decides, whatever else is unknown', () => {
    expect(blocked({ roles: ['owner'], groups: ['grp_b'] }, { groups: null })).toBe(false);
  });
});

describe('rulings', () => {
  const names = fc.constantFrom('forecast', 'fore*', '*', 'delete_*');
  const conditions: fc.Arbitrary<PolicyConditions> = fc.record(
    {
      tools: fc.array(names, { minLength: 1, maxLength: 2 }),
      roles: fc.constantFrom(['member'], ['owner'], ['owner', 'member']),
      groups: fc.constantFrom(['grp_a'], ['grp_b']),
      arguments: fc.constantFrom([{ path: '/amount', max: 10 }], [{ path: '/to', equals: 'me' }]),
    },
    { requiredKeys: [] },
  );
  const policies = fc
    .array(fc.tuple(fc.constantFrom(...EFFECTS), conditions), { maxLength: 12 })
    .map((all) => all.map(([effect, when], at) => policy(effect, when, `pol_${at}`)));
  const questions = fc.record({
    tool: fc.constantFrom('forecast', 'delete_all'),
    groups: fc.constantFrom(['grp_a'], ['grp_b'], [], null),
    arguments: fc.constantFrom({}, null, { amount: 5 }, { amount: 50, to: 'me' }, { amount: '5', to: 'you' }),
  });

  it('the ruling is the same whatever order the policies are in, and names the same policy', () => {
    fc.assert(
      fc.property(policies, questions, fc.infiniteStream(fc.nat()), (all, rest, random) => {
        const shuffled = all
          .map((one) => ({ one, at: random.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(decide(call(rest), preparePolicies(shuffled))).toEqual(decide(call(rest), preparePolicies(all)));
      }),
    );
  });

  it('another policy never loosens what the policies ruled before', () => {
    fc.assert(
      fc.property(policies, questions, fc.constantFrom(...EFFECTS), conditions, (all, rest, effect, when) => {
        const before = decide(call(rest), preparePolicies(all));
        const after = decide(call(rest), preparePolicies([...all, policy(effect, when, 'pol_new')]));
        const isByDefault = before.because === 'annotations';
        if (!isByDefault) expect(strictness(after.effect, before.effect)).toBeGreaterThanOrEqual(0);
        if (isByDefault && after.effect !== before.effect) expect(after.because).toBe('pol_new');
      }),
    );
  });

  it('the ruling in favour of the caller is never stricter than the ruling', () => {
    fc.assert(
      fc.property(policies, questions, (all, rest) => {
        const prepared = preparePolicies(all);
        const favour = decideInFavour(call(rest), prepared).effect;
        expect(strictness(decide(call(rest), prepared).effect, favour)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('a ruling names the policy that decided it and the calls it is for, and no caller by name', () => {
    const when = { tools: ['fore*'], callers: ['usr_1'], groups: ['grp_a'] };
    const { because, reason } = decide(call(), preparePolicies([policy('blocked', when)]));
    expect(because).toBe('pol_blocked');
    expect(reason).toBe(
      'The policy “blocked policy” blocks calls of tools named fore*, by certain callers, by members of certain groups.',
    );
  });
});
