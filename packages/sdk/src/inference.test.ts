import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { prompt, resource, tool } from './index.ts';

/** Checked by the compiler: each `@ts-expect-error` fails the type check when the line below it is legal. */
describe('types', () => {
  it('types require exactly one declaration of a tool’s effect', () => {
    const rest = { description: 'x', run: () => 'x' };
    tool({ ...rest, readOnly: true });
    tool({ ...rest, destructive: false });
    tool({ ...rest, destructive: true });
    const illegal = () => [
      // @ts-expect-error no effect is declared
      tool({ ...rest }),
      // @ts-expect-error readOnly: false declares no effect
      tool({ ...rest, readOnly: false }),
      // @ts-expect-error both are declared
      tool({ ...rest, readOnly: true, destructive: false }),
    ];
    expectTypeOf(illegal).toBeFunction();
  });

  it('types of run’s arguments and answer come from the schemas of the tool', () => {
    tool({
      description: 'x',
      readOnly: true,
      input: z.object({ query: z.string(), limit: z.number().default(10), tag: z.string().optional() }),
      output: z.object({ pages: z.array(z.string()) }),
      run: (args, context) => {
        expectTypeOf(args).toEqualTypeOf<{ query: string; limit: number; tag?: string | undefined }>();
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
        return { pages: [args.query] };
      },
    });
    const illegal = () => [
      // @ts-expect-error the answer does not fit the output schema
      tool({ description: 'x', readOnly: true, output: z.object({ n: z.number() }), run: () => ({ n: 'text' }) }),
      // @ts-expect-error a tool answers something
      tool({ description: 'x', readOnly: true, run: () => {} }),
      // @ts-expect-error there is no such argument
      tool({ description: 'x', readOnly: true, input: z.object({ a: z.string() }), run: ({ b }) => b }),
    ];
    expectTypeOf(illegal).toBeFunction();
  });

  it('types keep the value of a cached load and of a batched look-up', () => {
    tool({
      description: 'x',
      readOnly: true,
      run: async (_, { cache, batch }) => {
        expectTypeOf(await cache.getOrLoad('a', async () => 7, { ttlMs: 1 })).toEqualTypeOf<number>();
        const order = await batch('orders', 1, async (ids) => new Map(ids.map((id) => [id, { id, open: true }])));
        expectTypeOf(order).toEqualTypeOf<{ id: number; open: boolean }>();
        return 'x';
      },
    });
  });

  it('types name the variables of a URI template', () => {
    resource({
      uri: 'orders://{id}/items{?page,size*}',
      read: (variables) => {
        expectTypeOf(variables).toEqualTypeOf<{ readonly id: string; readonly page: string; readonly size: string }>();
        return variables.id;
      },
    });
    // @ts-expect-error the template has no such variable
    resource({ uri: 'orders://{id}', read: ({ name }) => name });
  });

  it('types name the arguments of a prompt', () => {
    prompt({
      description: 'x',
      arguments: z.object({ city: z.string() }),
      complete: { city: () => [] },
      render: ({ city }) => city,
    });
    const illegal = () =>
      prompt({
        description: 'x',
        arguments: z.object({ city: z.string() }),
        // @ts-expect-error there is no such argument to complete
        complete: { town: () => [] },
        render: () => '',
      });
    expectTypeOf(illegal).toBeFunction();
  });
});
