import { z } from 'zod';

export const Order = z.object({
  id: z.string(),
  status: z.enum(['open', 'paid', 'shipped', 'cancelled']),
  customerId: z.string(),
  totalCents: z.number().int(),
  currency: z.string(),
  createdAt: z.string(),
});
export type Order = z.output<typeof Order>;

export const Customer = z.object({ id: z.string(), name: z.string() });
export type Customer = z.output<typeof Customer>;

/** The inputs of one call to reach the service. */
export interface Access {
  readonly fetch: typeof fetch;
  readonly key: string;
}

export const API_HOST = 'api.orders.example.com';

/**
 * One request. Its errors are for the model: what is wrong, and what may help; never the key.
 *
 * @throws Error
 */
export async function request<T>(
  access: Access,
  schema: z.ZodType<T>,
  path: string,
  init: RequestInit = {},
): Promise<T> {
  const response = await access.fetch(`https://${API_HOST}/v2${path}`, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${access.key}`, 'content-type': 'application/json' },
  });
  if (response.status === 401) throw new Error('The orders service refuses the key. An admin can set another one.');
  if (response.status === 404) throw new Error('There is no such order. Search with search_orders.');
  if (response.status === 409) throw new Error('The order was shipped already and cannot be cancelled.');
  if (response.status === 429) throw new Error('The orders service asks to slow down. Try again in a minute.');
  if (!response.ok) throw new Error(`The orders service answered with status ${response.status}.`);
  return schema.parse(await response.json());
}

/** Several customers in one request, as the service's rate limit wants it. */
export async function loadCustomers(access: Access, ids: readonly string[]): Promise<Map<string, Customer>> {
  const customers = await request(
    access,
    z.array(Customer),
    `/customers?${new URLSearchParams({ ids: ids.join(',') })}`,
  );
  return new Map(customers.map((customer) => [customer.id, customer]));
}
