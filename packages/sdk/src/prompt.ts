import type { GetPromptResult, PromptMessage } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Context } from './context.ts';

/** One text (then it is the person's message), or messages in the protocol's own shape. */
export type PromptReturn = string | readonly PromptMessage[] | GetPromptResult;

type EmptyObject = z.ZodObject<Record<never, never>>;

/** Suggests values for an argument; `given` holds the arguments that are filled in already. */
export type Completer = (typed: string, given: Readonly<Record<string, string>>) => Promise<string[]> | string[];

export interface PromptDefinition<Args extends z.ZodObject> {
  readonly title?: string;
  readonly description: string;
  /** Arguments; clients send texts, so use `z.string()`, `z.enum()` or `z.coerce`. Default: none. */
  readonly arguments?: Args;
  /** Suggestions per argument; at most 100 are sent. */
  readonly complete?: { readonly [Name in keyof z.output<Args>]?: Completer };
  /** Writes it. */
  render(args: z.output<Args>, context: Context): Promise<PromptReturn> | PromptReturn;
}

/** A prompt ready to be put into `prompts` of `defineConnector`, where its key is its name. */
export interface Prompt {
  readonly kind: 'prompt';
  readonly title: string | undefined;
  readonly description: string;
  readonly arguments: z.ZodObject;
  readonly complete: Readonly<Record<string, Completer>>;
  render(args: unknown, context: Context): Promise<GetPromptResult>;
}

/**
 * Describes a prompt: a ready-made request a person picks in their client.
 *
 * @example
 * prompt({
 *   description: 'Plan a trip by the climate.',
 *   arguments: z.object({ city: z.string() }),
 *   complete: { city: (typed) => cities.filter((city) => city.startsWith(typed)) },
 *   render: ({ city }) => `When is the best time to visit ${city}?`,
 * })
 */
export function prompt<Args extends z.ZodObject = EmptyObject>(definition: PromptDefinition<Args>): Prompt {
  return {
    kind: 'prompt',
    title: definition.title,
    description: definition.description,
    arguments: definition.arguments ?? z.object({}),
    // The mapped type has one function per argument; by name it is this record.
    complete: (definition.complete ?? {}) as Prompt['complete'],
    async render(args, context) {
      // The server has parsed them with this very schema.
      const value = await definition.render(args as z.output<Args>, context);
      if (typeof value === 'string') return { messages: [{ role: 'user', content: { type: 'text', text: value } }] };
      return 'messages' in value ? value : { messages: [...value] };
    },
  };
}
