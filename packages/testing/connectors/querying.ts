/** `query` runs SQL in the caller's database with `pg`; `keep` leaves the client open, and `reuse` queries with it. */
import { defineConnector, tool } from '@patchbay/connector';
import pg from 'pg';
import { z } from 'zod';

let kept: pg.Client | undefined;

export default defineConnector({
  name: 'querying',
  connections: { shop: { provider: 'postgres' } },
  tools: {
    query: tool({
      description: 'Runs SQL.',
      readOnly: true,
      input: z.object({ sql: z.string(), name: z.string().default('shop'), keep: z.boolean().default(false) }),
      async run({ sql, name, keep }, context) {
        const client = new pg.Client(context.postgres(name));
        client.on('error', () => {}); // what waits for an answer is rejected
        await client.connect();
        const { rows } = await client.query(sql);
        if (keep) kept = client;
        else await client.end();
        return JSON.stringify(rows);
      },
    }),
    reuse: tool({
      description: 'Runs SQL with the client that an earlier call left open.',
      readOnly: true,
      input: z.object({ sql: z.string() }),
      run: async ({ sql }) => JSON.stringify((await kept?.query(sql))?.rows ?? 'nothing was kept'),
    }),
  },
});
