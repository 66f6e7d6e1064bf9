import { callTool, listTools, openSession } from '@patchbay/connector/testing';
import { describe, expect, it } from 'vitest';
import connector from '../src/index.ts';

const secrets = { ORDERS_API_KEY: 'key-of-the-test' };
const order = (id: string, customerId: string) => ({
  id,
  customerId,
  status: 'open',
  totalCents: 1990,
  currency: 'EUR',
  createdAt: '2026-11-21T10:00:00Z',
});

/** Plays the service; keeps what it was asked. */
function playService(answers: Record<string, unknown>) {
  const asked: Request[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    asked.push(request);
    const { pathname, search } = new URL(request.url);
    const answer = answers[`${request.method} ${pathname}${search}`];
    return answer === undefined ? new Response(null, { status: 404 }) : Response.json(answer);
  };
  return { asked, fetch };
}

describe('the orders connector', () => {
  it('explains how a missing key of the orders service is set, and never shows the key', async () => {
    const missing = await callTool(connector, 'search_orders', {});
    expect(missing).toMatchObject({ isError: true, text: expect.stringContaining('secrets set ORDERS_API_KEY') });
    const fetch = async () => new Response(null, { status: 401 });
    const refused = await callTool(connector, 'search_orders', {}, { secrets, fetch });
    expect(refused.isError).toBe(true);
    expect(refused.text).not.toContain(secrets.ORDERS_API_KEY);
  });

  it('suggests search_orders when the order to cancel does not exist', async () => {
    const { fetch } = playService({});
    const result = await callTool(
      connector,
      'cancel_order',
      { orderId: 'o9', reason: 'asked for' },
      { secrets, fetch },
    );
    expect(result).toMatchObject({ isError: true, text: 'There is no such order. Search with search_orders.' });
  });

  it('loads the customers of all orders with one request, and repeats no search of the same person', async () => {
    const { asked, fetch } = playService({
      'GET /v2/orders?limit=20&status=open': [order('o1', 'c1'), order('o2', 'c2'), order('o3', 'c1')],
      'GET /v2/customers?ids=c1%2Cc2': [
        { id: 'c1', name: 'Ada' },
        { id: 'c2', name: 'Bob' },
      ],
    });
    const session = openSession(connector, { secrets, fetch });
    const result = await session.callTool('search_orders', { status: 'open' });
    expect(result.structuredContent).toMatchObject({
      orders: [{ customer: 'Ada' }, { customer: 'Bob' }, { customer: 'Ada' }],
    });
    expect(asked).toHaveLength(2);
    await session.callTool('search_orders', { status: 'open' });
    expect(asked.filter((request) => request.url.includes('/orders?'))).toHaveLength(1);
    await session.callTool('search_orders', { status: 'open' }, { user: { id: 'psn_bob' } });
    expect(asked.filter((request) => request.url.includes('/orders?'))).toHaveLength(2);
  });

  it('sends the idempotency key to the orders service, so that a retry adds no second note', async () => {
    const { asked, fetch } = playService({ 'POST /v2/orders/o1/notes': {} });
    const result = await callTool(
      connector,
      'add_note',
      { orderId: 'o1', text: 'Call back' },
      { secrets, fetch, idempotencyKey: 'k1' },
    );
    expect(result.text).toBe('Added the note to order o1.');
    expect(asked[0]?.headers.get('idempotency-key')).toBe('k1');
    expect(await asked[0]?.json()).toEqual({ text: 'Call back', author: 'ada@example.com' });
  });

  it('the orders connector declares the effect of every tool, and its one host', async () => {
    const hints = (await listTools(connector)).map(({ name, annotations }) => [
      name,
      annotations?.readOnlyHint,
      annotations?.destructiveHint,
    ]);
    expect(hints).toEqual([
      ['search_orders', true, undefined],
      ['add_note', false, false],
      ['cancel_order', false, true],
    ]);
    expect(connector.manifest.egress).toEqual([{ host: 'api.orders.example.com', port: 443 }]);
  });
});
