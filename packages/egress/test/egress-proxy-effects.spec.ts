import type { EgressViolation } from '@patchbay/sandbox-protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { SandboxCalls } from '../src/credentials/sandbox-calls.ts';
import { givenCall, givenGrant, givenProvider, HOST } from './given-grant.ts';
import { OTHER_SHOP, withEgressProxy } from './with-egress-proxy.ts';

const here = withEgressProxy();
let calls: SandboxCalls;
const violations: EgressViolation[] = [];

beforeEach(async () => {
  violations.length = 0;
  calls = new SandboxCalls();
  calls.assign([givenProvider({ perCustomerHost: undefined })]);
  await here.start({
    calls,
    rules: () => [
      { host: HOST, port: here.port },
      { host: OTHER_SHOP, port: here.port, reads: [{ method: 'POST', path: '/v1/search' }] },
    ],
    trustedHosts: new Set([HOST, OTHER_SHOP]),
  });
});

const enter = (effect: 'read' | 'write') => {
  const call = givenCall({ effect, onViolation: (violation) => violations.push(violation) });
  const { token, connections, leave } = calls.enter(call, [givenGrant()]);
  return { leave, headers: { 'patchbay-call': token, 'patchbay-credential': connections[0]?.reference ?? '' } };
};
const refused = { status: 403, body: expect.stringContaining('egress.only_reads') };
const JSON_TYPE = { 'content-type': 'application/json' };
const MUTATION = JSON.stringify({ query: 'mutation { deleteRepository(id: 1) { id } }' });

describe('a request of a call that only reads', () => {
  it.each([
    ['POST', '/items', {}, 'text=x'],
    ['DELETE', '/items/1', {}, ''],
    ['PUT', '/items/1', JSON_TYPE, '{}'],
    ['PATCH', '/items/1', JSON_TYPE, '{}'],
    ['GET', '/items/1', { 'x-http-method-override': 'DELETE' }, ''],
    ['GET', '/items/1?_method=DELETE', {}, ''],
    ['POST', '/graphql', JSON_TYPE, MUTATION],
    ['POST', '/graphql', JSON_TYPE, `[${MUTATION}]`],
    ['POST', '/batch', JSON_TYPE, '{"requests":[{"method":"GET","path":"/"}]}'],
    ['POST', '/search', JSON_TYPE, `{"text":"${'x'.repeat(1024 * 1024)}"}`],
  ])('is refused and reported as %s %s', async (method, path, more, body) => {
    const answered = await here.ask(here.at(path), { ...enter('read').headers, ...more }, method, body);
    expect(answered.status).toBe(403);
    expect(here.seen).toEqual([]);
    if (body.length < 1024) expect(violations).toMatchObject([{ method, host: HOST }]);
    expect(violations.map(({ path: shown }) => shown).join()).not.toContain('_method');
  });

  it.each([
    ['GET', '/items', {}, ''],
    ['POST', '/search', JSON_TYPE, '{"text":"x"}'],
    ['POST', '/graphql', JSON_TYPE, JSON.stringify({ query: '{ viewer { login } }' })],
  ])('passes as %s %s, which the provider’s file lists or whose method reads', async (method, path, more, body) => {
    const answered = await here.ask(here.at(path), { ...enter('read').headers, ...more }, method, body);
    expect(answered.status).toBe(200);
    expect(here.seen).toMatchObject([{ method, url: path, body }]);
    expect(violations).toEqual([]);
  });

  it('is held to what the manifest lists on hosts of no provider, and to the provider’s file on the provider’s', async () => {
    const { 'patchbay-call': token } = enter('read').headers;
    const ask = (path: string) =>
      here.ask(here.at(path, OTHER_SHOP), { 'patchbay-call': token, ...JSON_TYPE }, 'POST', '{}');
    expect(await ask('/v1/items')).toMatchObject(refused);
    expect(await ask('/v1/search')).toMatchObject({ status: 200 });
    expect(await here.ask(here.at('/v1/search'), { ...enter('read').headers }, 'POST', '{}')).toMatchObject(refused);
  });
});

describe('a request that names no call in flight', () => {
  const post = (headers: Record<string, string> = {}) =>
    here.ask(here.at('/items', OTHER_SHOP), headers, 'POST', 'text=x');

  it('may only read while no call is in flight, as a timer’s does, and nothing is blamed for it', async () => {
    expect(await post()).toMatchObject(refused);
    expect(violations).toEqual([]);
    expect(await here.ask(here.at('/items', OTHER_SHOP))).toMatchObject({ status: 200 });
  });

  it('may only read after its call has ended, also while another one writes', async () => {
    const { headers, leave } = enter('write');
    leave();
    enter('write');
    expect(await post({ 'patchbay-call': headers['patchbay-call'] })).toMatchObject(refused);
  });

  it('is held to the strictest effect in flight', async () => {
    enter('write');
    expect(await post()).toMatchObject({ status: 200 });
    const reading = enter('read');
    expect(await post()).toMatchObject(refused);
    expect(violations).toHaveLength(1);
    reading.leave();
    expect(await post()).toMatchObject({ status: 200 });
  });
});

it('a call that writes may write while another one reads', async () => {
  enter('read');
  expect(await here.ask(here.at('/items'), enter('write').headers, 'POST', 'text=x')).toMatchObject({ status: 200 });
  expect(violations).toEqual([]);
});
