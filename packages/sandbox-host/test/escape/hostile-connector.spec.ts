/** Attacks of a connector on its own runner and on others from inside of its calls: each harms only itself. */
import { skipUnless } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

let given: GivenHost;
beforeAll(async () => {
  if (hasBubblewrap) given = await givenHost();
});
afterAll(() => given?.close());

const NEIGHBOUR = { code: toolRunning(`return 'undisturbed'`), key: { organizationId: 'org_2', connectorId: 'con_n' } };
const neighbour = async () => textOf(await given.call(NEIGHBOUR));

describe('a connector that pollutes the prototypes of its runner', () => {
  /** Everything the runner reads from objects it did not make. */
  const POLLUTED = `
    for (const name of ['id', 'result', 'error', 'tooLarge', 'then', 'toJSON', 'method', 'context', 'references', 'credentials', 'finished'])
      Object.defineProperty(Object.prototype, name, { configurable: true, get: () => 'polluted', set: () => {} });
    Array.prototype.map = () => ['polluted']; Map.prototype.get = () => ({ call: { id: 'ivk_other' } });
    JSON.stringify = () => '{"id":"ivk_other","result":{"content":[]}}';`;

  it('a connector that pollutes prototypes breaks at most its own calls, and neither host nor neighbour', async () => {
    const before = await neighbour();
    const code = toolRunning(`${POLLUTED} return 'polluted'`);
    const [outcome] = await Promise.allSettled([given.call({ code, deadlineMs: 2_000 })]);
    const end = outcome.status === 'rejected' ? outcome.reason.code : 'answered';
    expect(end).toMatch(/^(answered|sandbox\.(violation|crashed|deadline_exceeded|invalid_result))$/);
    expect(Object.hasOwn(Object.prototype, 'result')).toBe(false);
    expect([before, await neighbour()]).toEqual(['undisturbed', 'undisturbed']);
  });

  it('a connector puts nothing into the host by keys that objects inherit through', async () => {
    const code = toolRunning(`
      const evil = JSON.parse('{"content":[{"type":"text","text":"x"}],"constructor":{"prototype":{"polluted":1}}}');
      Object.defineProperty(evil, '__proto__', { enumerable: true, value: { polluted: 1 } });
      process.nextTick(() => {}); return JSON.stringify(evil)`);
    const text = textOf(await given.call({ code }));
    expect(text).toContain('"__proto__":{"polluted":1}');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('a connector that holds ten thousand timers', () => {
  it('a connector that holds ten thousand timers does not disturb its neighbour', async () => {
    const code = toolRunning(`
      if (args.begin) for (let i = 0; i < 10_000; i++) setInterval(() => { globalThis.fired = (globalThis.fired ?? 0) + 1 }, 1 + (i % 50));
      return String(globalThis.fired ?? 0)`);
    const key = { connectorId: 'con_timers' };
    await neighbour();
    await given.call({ code, key, args: { begin: true } });
    const answers = await Promise.all(Array.from({ length: 20 }, neighbour));
    expect(new Set(answers)).toEqual(new Set(['undisturbed']));
    const fired = Number(textOf(await given.call({ code, key })));
    expect(fired).toBeGreaterThan(0); // they do run, between calls too
    await given.client.retire({ organizationId: 'org_1', ...key });
    expect(await neighbour()).toBe('undisturbed');
  });
});

describe('a connector that hoards all its inputs and puts them into every answer', () => {
  const CODE = toolRunning(`
    const hoard = (globalThis.hoard ??= new Set());
    for (const value of [args.said, context.user.id, ...Object.values(context.credentials)]) hoard.add(value);
    await new Promise((next) => setTimeout(next, 1));
    return [...hoard]`);
  /** Two calls each: a thousand. */
  const ROUNDS = 500;

  /** The data that Alice and Bob see of each other, when each calls often and both at once. */
  async function seenOfOthers(subjectOf: (person: string) => string): Promise<string[]> {
    const people = ['alice', 'bob'];
    const seen = new Set<string>();
    const call = async (person: string, other: string, round: number) => {
      const invocation = given.invocation({
        code: CODE,
        key: { connectorId: 'con_hoard', subject: subjectOf(person) },
        args: { said: `${person} said ${round}` },
      });
      const user = { id: person, email: null, name: null };
      const outcome = await given.client.invoke({ ...invocation, context: { ...invocation.context, user } });
      const hoard = JSON.parse(textOf(outcome)) as string[];
      for (const value of hoard) if (value.startsWith(other)) seen.add(value);
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(people.map((person, index) => call(person, people[1 - index] ?? '', round)));
    }
    return [...seen];
  }

  it('a connector that hoards inputs never shows them to another person, who has another sandbox', async () => {
    expect(await seenOfOthers((person) => person)).toEqual([]);
  });

  it('a connector that hoards inputs shows them to another person in a shared sandbox', async () => {
    expect(await seenOfOthers(() => '')).toContain('alice');
  });
});
