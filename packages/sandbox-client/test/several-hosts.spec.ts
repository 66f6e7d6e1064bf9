import { newId } from '@patchbay/foundation';
import { isolationKeyText } from '@patchbay/sandbox-protocol';
import { CuttableProxy, waitFor } from '@patchbay/testing';
import { givenAuthority } from '@patchbay/testing/hosts/given-authority';
import { type GivenInvocation, textOf, toolRunning } from '@patchbay/testing/hosts/given-host';
import { type GivenPlainHost, givenClient, givenPlainHost } from '@patchbay/testing/hosts/given-hosts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseForKey } from '../src/choose-host.ts';
import { fixedSupervisors } from '../src/index.ts';

/** Answers with the process it runs in, after a while if it is asked to wait. */
const CODE = toolRunning(`await new Promise((done) => setTimeout(done, args.ms ?? 0)); return String(process.pid);`);

describe('a client of several supervisors', () => {
  let one: GivenPlainHost;
  let two: GivenPlainHost;
  let refusing: GivenPlainHost;
  let given: ReturnType<typeof givenClient>;

  beforeAll(async () => {
    one = await givenPlainHost({ hostId: 'one' });
    two = await givenPlainHost({ hostId: 'two', takesTasks: false });
    refusing = await givenPlainHost({ hostId: 'refusing', isRefusing: true });
    given = givenClient(fixedSupervisors([refusing.target, one.target, two.target]));
    await statesAre('refusing', 'serving', 'serving');
  });
  afterAll(async () => {
    await given?.client.close();
    await Promise.all([one, two, refusing].map((host) => host?.close()));
  });

  const statesAre = (...expected: string[]) =>
    waitFor(async () => {
      const states = (await given.client.supervisors()).map(({ state }) => state);
      return states.join() === expected.join();
    });
  const invocation = (connectorId: string, more: Partial<GivenInvocation> = {}) =>
    given.invocation({ code: CODE, key: { connectorId }, ...more });
  const call = async (connectorId: string, more: Partial<GivenInvocation> = {}) =>
    textOf(await given.client.invoke(invocation(connectorId, more)));
  /** A connector whose place is this host while both serve. */
  const connectorOf = (hostId: string): string => {
    const hosts = ['one', 'two'].map(
      (id) => ({ hostId: id, state: 'serving', takesTasks: true, inFlight: 0 }) as const,
    );
    const isAtHome = (id: string) => chooseForKey(hosts, isolationKeyText(invocation(id).key))?.hostId === hostId;
    const found = Array.from({ length: 64 }, (_, index) => `con_${index}`).find(isAtHome);
    if (found === undefined) throw new Error(`none of 64 connectors belongs to ${hostId}`);
    return found;
  };

  it('calls no host that runs no connector, and calls each connector on its host, where it stays warm', async () => {
    for (const [hostId, host, other] of [
      ['one', one, two],
      ['two', two, one],
    ] as const) {
      const before = [host, other].map((each) => each.host.health().coldStarts);
      const first = await call(connectorOf(hostId));
      expect(await call(connectorOf(hostId))).toBe(first);
      expect([host, other].map((each) => each.host.health().coldStarts)).toEqual([Number(before[0]) + 1, before[1]]);
    }
  });

  it('sends build tasks to the host with the package store, or else to one that refuses with a reason', async () => {
    const task = { organizationId: 'org_1', program: 'build' as const, input: {}, deadlineMs: 10_000, egress: [] };
    const run = () => given.client.runTask({ ...task, id: newId('task'), files: Buffer.from('abc') });
    expect((await Promise.all([run(), run()])).map(({ result }) => result)).toMatchObject([{ bytes: 3 }, { bytes: 3 }]);
    one.leave();
    await statesAre('refusing', 'leaving', 'serving');
    await expect(run()).rejects.toMatchObject({ code: 'sandbox.limits_reduced' });
    await one.drop();
    await one.comeBack();
    await statesAre('refusing', 'serving', 'serving');
  });

  it('answers calls on a lost host by their effect, moves its connectors away, and later gives them back', async () => {
    const connector = connectorOf('two');
    const home = await call(connector);
    const lost = (['read', 'write'] as const).map((effect) =>
      call(connector, { effect, args: { ms: 9_000 } }).catch((error: { code?: string }) => error.code),
    );
    await waitFor(() => two.host.health().sandboxes.busy === 1);
    await two.drop();
    expect(await Promise.all(lost)).toEqual(['sandbox.supervisor_lost', 'sandbox.outcome_unknown']);

    const refuge = await call(connector);
    expect(refuge).not.toBe(home);
    expect(await call(connector)).toBe(refuge);
    await two.comeBack();
    await statesAre('refusing', 'serving', 'serving');
    expect(await call(connector)).toBe(home);
  });

  it('retires a connector’s sandboxes on every host', async () => {
    const live = () => one.host.health().sandboxes.live + two.host.health().sandboxes.live;
    await waitFor(() => live() === 3); // one at home with each, and the refuge
    await given.client.retire({ organizationId: 'org_1', connectorId: connectorOf('two') });
    await waitFor(() => live() === 1);
  });

  it('sends no new call to a host that leaves, while the calls on it finish', async () => {
    const connector = connectorOf('two');
    const inside = call(connector, { args: { ms: 500 } });
    await waitFor(() => two.host.health().sandboxes.busy === 1);
    two.leave();
    await statesAre('refusing', 'serving', 'leaving');
    const elsewhere = await call(connector);
    expect(await inside).not.toBe(elsewhere);
  });
});

describe('a supervisor that is cut off without an end', () => {
  it('a supervisor whose line is cut is lost within five seconds, and found when the line is back', async () => {
    const authority = await givenAuthority();
    const far = await givenPlainHost({
      hostId: 'far',
      identity: await authority.identity({ role: 'supervisor', id: 'far' }),
    });
    if (!('port' in far.target)) throw new Error('a host with a certificate has a port');
    const line = await CuttableProxy.start(`tcp://127.0.0.1:${far.target.port}`);
    const target = { id: 'far', host: '127.0.0.1', port: Number(new URL(line.url).port) };
    const { client, invocation } = givenClient(
      fixedSupervisors([target]),
      await authority.identity({ role: 'gateway', id: 'g' }),
    );
    expect(textOf(await client.invoke(invocation({ code: CODE })))).toMatch(/^\d+$/);
    const calls = (['read', 'write'] as const).map((effect) =>
      client.invoke(invocation({ code: CODE, effect, args: { ms: 9_000 } })).then(textOf, ({ code }) => code),
    );
    await waitFor(() => far.host.health().sandboxes.busy === 1);

    const cutAt = performance.now();
    line.cut();
    expect(await Promise.all(calls)).toEqual(['sandbox.supervisor_lost', 'sandbox.outcome_unknown']);
    expect(performance.now() - cutAt).toBeLessThan(5_000);
    // The far side gives up as well: what it was asked for is cancelled there.
    await waitFor(() => far.host.health().sandboxes.busy === 0);

    line.mend();
    await waitFor(async () => (await client.supervisors())[0]?.state === 'serving');
    expect(textOf(await client.invoke(invocation({ code: CODE })))).toMatch(/^\d+$/);
    await client.close();
    await line.close();
    await far.close();
  });
});
