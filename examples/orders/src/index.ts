import { type Context, defineConnector, resource, tool } from '@patchbay/connector';
import { z } from 'zod';
import { type Access, API_HOST, loadCustomers, Order, request } from './orders-api.ts';

const OrderWithCustomer = Order.extend({ customer: z.string().describe('Name of the customer') });

/** An API behind a key: secrets, declared egress, a cache per person, one call for many customers, an undoable write. */
export default defineConnector({
  name: 'orders',
  title: 'Orders',
  instructions: 'Search before you act. Cancelling cannot be undone: name the order before you do it.',
  egress: [API_HOST],
  secrets: {
    ORDERS_API_KEY: {
      description: `From https://${API_HOST}/settings/keys, with the rights orders:read and orders:write.`,
    },
  },
  tools: {
    search_orders: tool({
      title: 'Search orders',
      description: 'Finds orders by status, newest first. Returns at most `limit`, with the names of the customers.',
      readOnly: true,
      input: z.object({
        status: Order.shape.status.optional().describe('Only orders in this status'),
        limit: z.number().int().min(1).max(50).default(20),
      }),
      output: z.object({ orders: z.array(OrderWithCustomer) }),
      run: async ({ status, limit }, context) => {
        const query = new URLSearchParams({ limit: String(limit), ...(status && { status }) });
        const orders = await context.cache.getOrLoad(
          `search ${query}`,
          () => request(accessOf(context), z.array(Order), `/orders?${query}`),
          { ttlMs: 10_000 },
        );
        return { orders: await Promise.all(orders.map((order) => withCustomer(order, context))) };
      },
    }),
    add_note: tool({
      title: 'Add note',
      description: 'Adds a note to an order, for colleagues. Customers do not see it.',
      destructive: false,
      input: z.object({ orderId: z.string().min(1), text: z.string().min(1).max(2000) }),
      run: async ({ orderId, text }, context) => {
        await request(accessOf(context), z.unknown(), `/orders/${encodeURIComponent(orderId)}/notes`, {
          method: 'POST',
          // The service drops the second of two requests with one key, so a retry adds no second note.
          headers: { 'idempotency-key': context.idempotencyKey },
          body: JSON.stringify({ text, author: context.user?.email ?? 'Patchbay' }),
        });
        return `Added the note to order ${orderId}.`;
      },
    }),
    cancel_order: tool({
      title: 'Cancel order',
      description: 'Cancels an order that is not shipped yet, and refunds it. Cannot be undone.',
      destructive: true,
      idempotent: true,
      input: z.object({ orderId: z.string().min(1), reason: z.string().min(3).max(500) }),
      output: Order,
      run: ({ orderId, reason }, context) =>
        request(accessOf(context), Order, `/orders/${encodeURIComponent(orderId)}/cancel`, {
          method: 'POST',
          headers: { 'idempotency-key': context.idempotencyKey },
          body: JSON.stringify({ reason }),
        }),
    }),
  },
  resources: {
    order: resource({
      uri: 'orders://{id}',
      title: 'Order',
      description: 'One order.',
      read: ({ id }, context) => request(accessOf(context), Order, `/orders/${encodeURIComponent(id)}`),
    }),
  },
});

function accessOf({ fetch, secret }: Context): Access {
  return { fetch, key: secret('ORDERS_API_KEY') };
}

async function withCustomer(order: Order, context: Context): Promise<z.output<typeof OrderWithCustomer>> {
  const customer = await context.batch('customers', order.customerId, (ids) => loadCustomers(accessOf(context), ids));
  return { ...order, customer: customer.name };
}
