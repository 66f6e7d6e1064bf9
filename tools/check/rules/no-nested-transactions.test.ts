import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { noNestedTransactions } from './no-nested-transactions.ts';

describe('no-nested-transactions', () => {
  it.each([
    [
      'another transaction',
      'deps.database.withOrganization(scope, async (tx) => deps.database.withOrganization(scope, work));',
    ],
    ['a look-up', 'async function f(tx: Tx) { await database.lookups.findApiKey(hash); }'],
    [
      'a function that is given the database',
      'handleInTransaction(e, async (tx, call, deps) => revoke(deps.database, text));',
    ],
    ['a change of people', 'handleInTransaction(e, async (tx, call, deps) => deps.identity.changeRole(change));'],
    ['a ping in a nested function', 'async function f(tx: Tx, { database }: Deps) { later(() => database.ping()); }'],
  ])('refuses %s in a function that takes a transaction', async (_, text) => {
    expect(await objections(noNestedTransactions, { 'apps/gateway/src/a.ts': text })).toHaveLength(1);
  });

  it('accepts one transaction after the other, and work that is given the transaction', async () => {
    const text = `
      const found = await database.withOrganization(scope, (tx) => find(tx));
      await database.withOrganization(scope, (tx) => update(tx, found));
      await identity.inTurn(id, (tx) => identity.invite(tx, change));`;
    expect(await objections(noNestedTransactions, { 'apps/gateway/src/a.ts': text })).toHaveLength(0);
  });
});
