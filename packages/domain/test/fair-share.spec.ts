import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnector, listConnectors } from '../src/connectors/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

let given: Given;
let busy: GivenOrganization;
let bystander: GivenOrganization;

beforeAll(async () => {
  given = await startGiven({ poolSizeMax: 10, waitingPerOrganizationMax: 50 });
  busy = await given.organization();
  bystander = await given.organization();
});
afterAll(() => given.close());

describe('a transaction inside a transaction', () => {
  it.each([
    ['the same organization', () => busy],
    ['another organization', () => bystander],
  ])('a transaction of %s inside another one is refused and leaves the outer one whole', async (_, other) => {
    const name = `outer-${other().slug}`;
    await given.database.withOrganization(busy, async (tx) => {
      await expect(given.database.withOrganization(other(), async () => 'inner')).rejects.toThrow(
        'inside a transaction',
      );
      await createConnector(tx, SYSTEM, { slug: name });
    });
    const { items } = await given.database.withOrganization(busy, (tx) => listConnectors(tx, { limit: 50 }));
    expect(items.map(({ slug }) => slug)).toContain(name);
  });

  it('any use of the pool inside a transaction is refused, also in work before the commit', async () => {
    await given.database.withOrganization(busy, async (tx) => {
      await expect(given.database.ping()).rejects.toThrow('inside a transaction');
      await expect(given.database.lookups.findOrganization(busy.slug)).rejects.toThrow('inside a transaction');
      tx.beforeCommit(async () => {
        await expect(given.database.ping()).rejects.toThrow('inside a transaction');
      });
    });
  });

  it('work that was started in a transaction and outlasts it may open another transaction', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const later = await given.database.withOrganization(busy, async () => {
      const work = ended.then(() => given.database.withOrganization(bystander, async () => 'later'));
      return () => work;
    });
    resolve();
    await expect(later()).resolves.toBe('later');
  });
});

describe('an organization that floods the database', () => {
  it('a flood of one organization is refused beyond its queue, while others are answered', async () => {
    const gate = Promise.withResolvers<void>();
    let running = 0;
    const flood = Array.from({ length: 100 }, () =>
      given.database
        .withOrganization(busy, async () => {
          running += 1;
          await gate.promise;
          return 'done';
        })
        .catch((error: unknown) => error),
    );
    // The flood keeps its connections until the gate opens: all else here is answered beside it.
    for (let time = 0; time < 20; time += 1) {
      await given.database.withOrganization(bystander, (tx) => listConnectors(tx, { limit: 5 }));
      await given.database.lookups.findOrganization(bystander.slug);
      await given.database.ping();
    }
    expect(running).toBe(5);
    const refused = await Promise.race(flood.toReversed());
    expect(refused).toMatchObject({ code: 'data.organization_busy', retryAfterSeconds: 2 });
    gate.resolve();
    const outcomes = await Promise.all(flood);
    const done = outcomes.filter((outcome) => outcome === 'done');
    expect(done).toHaveLength(55);
    expect(outcomes.filter((outcome) => outcome !== 'done')).toHaveLength(45);
  });
});
