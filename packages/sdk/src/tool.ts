import type { CallToolResult, InputRequiredResult, ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { AppUi } from './app-page.ts';
import { type ConnectionUses, USES_META_KEY } from './connections.ts';
import type { Context } from './context.ts';
import { type JsonValue, renderToolError, renderToolResult, type ToolResult } from './tool-result.ts';

/**
 * The effect of a call; every tool declares one of the three, because policies start from it: `readOnly: true` changes
 * nothing; `destructive: false` adds or changes, and can be undone; `destructive: true` deletes, overwrites, sends or
 * spends, and waits for approval unless an owner decides otherwise.
 */
export type ToolEffect =
  | { readonly readOnly: true; readonly destructive?: never }
  | { readonly readOnly?: never; readonly destructive: boolean };

/** The member of a tool's `_meta` that names the declared scopes it needs. */
const SCOPES_META_KEY = 'patchbay/scopes';

type EmptyObject = z.ZodObject<Record<never, never>>;

/** The return types of `run`: a value of the output schema when there is one, else a string or any JSON value. */
export type ToolReturn<Output extends z.ZodType | undefined> =
  | ToolResult
  | InputRequiredResult
  | (Output extends z.ZodType ? z.input<Output> : JsonValue);

export type ToolDefinition<Input extends z.ZodObject, Output extends z.ZodType | undefined> = ToolEffect & {
  /** Name for people, in menus and approvals: `Search pages`. */
  readonly title?: string;
  /** For the model: what it does, when to use it, what comes back. */
  readonly description: string;
  /** Whether doing it twice with the same arguments is the same as doing it once. */
  readonly idempotent?: boolean;
  /** Whether it reaches beyond a closed set of systems (the web, e-mail). Clients assume so by default. */
  readonly openWorld?: boolean;
  /** Arguments. Describe each field with `.describe()`: the model reads it. Default: none. */
  readonly input?: Input;
  /** Shape of the structured answer; a result that does not fit is an error. */
  readonly output?: Output;
  /**
   * How long one call may take, in milliseconds: 1 000 to 300 000, waiting for a sandbox included. Default: 50 000, so
   * that an explained error arrives before a client gives up. Set more only where the work takes longer.
   */
  readonly timeoutMs?: number;
  /**
   * Name of a connection → the scopes it needs. Default: every declared connection, with all its scopes. `{}`: none.
   */
  readonly uses?: ConnectionUses;
  /**
   * Scopes of the connector's `scopes` that a caller needs for it, beside the one of its effect. Default: none. A caller
   * without them is not shown the tool, and asked for them when calling it.
   */
  readonly scopes?: readonly string[];
  /** Extension data of the protocol. For a user interface use `appTool`. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /**
   * Does it. Arguments are parsed; a thrown error becomes an error result with its message, so write messages
   * for the model and without secrets. Pass `context.signal` on to what takes long.
   */
  run(args: z.output<Input>, context: Context): Promise<ToolReturn<Output>> | ToolReturn<Output>;
};

/** A tool ready to be put into `tools` of `defineConnector`, where its key is its name. */
export interface Tool {
  readonly kind: 'tool';
  readonly title: string | undefined;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly input: z.ZodObject | undefined;
  readonly output: z.ZodType | undefined;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  readonly uses: ConnectionUses | undefined;
  readonly scopes: readonly string[] | undefined;
  /** The page that shows its result; see `appTool`. */
  readonly ui?: AppUi;
  /** Runs it with parsed arguments. Never rejects: a failure is an error result. */
  execute(args: unknown, context: Context): Promise<CallToolResult | InputRequiredResult>;
}

/**
 * Describes a tool. The types of `run`'s arguments and answer follow from `input` and `output`.
 *
 * @throws TypeError when the effect is not declared, or declared twice (for authors without a type checker)
 * @example
 * tool({
 *   title: 'Search pages',
 *   description: 'Finds pages by title. Returns at most `limit` pages, newest first.',
 *   readOnly: true,
 *   input: z.object({ query: z.string().min(1), limit: z.number().int().max(50).default(10) }),
 *   run: async ({ query, limit }, { fetch }) => { … },
 * })
 */
export function tool<Input extends z.ZodObject = EmptyObject, Output extends z.ZodType | undefined = undefined>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  return {
    kind: 'tool',
    title: definition.title,
    description: definition.description,
    annotations: annotationsOf(definition),
    input: definition.input,
    output: definition.output,
    meta: metaOf(definition),
    uses: definition.uses,
    scopes: definition.scopes,
    async execute(args, context) {
      try {
        // The server has parsed them with this very schema.
        const value = await definition.run(args as z.output<Input>, context);
        return renderToolResult(value, definition.output !== undefined);
      } catch (error) {
        if (!context.signal.aborted)
          context.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
        return renderToolError(error);
      }
    },
  };
}

function metaOf(definition: {
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
  readonly uses?: ConnectionUses;
  readonly scopes?: readonly string[];
}) {
  const { meta, timeoutMs, uses, scopes } = definition;
  if (timeoutMs !== undefined && (!Number.isInteger(timeoutMs) || timeoutMs < 1_000 || timeoutMs > 300_000)) {
    throw new TypeError(`tool: timeoutMs must be a whole number from 1000 to 300000, got ${timeoutMs}.`);
  }
  if (timeoutMs === undefined && uses === undefined && scopes === undefined) return meta;
  return {
    ...meta,
    ...(timeoutMs !== undefined && { 'patchbay/timeoutMs': timeoutMs }),
    ...(uses && { [USES_META_KEY]: uses }),
    ...(scopes && { [SCOPES_META_KEY]: scopes }),
  };
}

function annotationsOf(
  definition: ToolEffect & { title?: string; idempotent?: boolean; openWorld?: boolean },
): ToolAnnotations {
  const { readOnly, destructive } = definition;
  if ((readOnly === true) === (typeof destructive === 'boolean')) {
    throw new TypeError('A tool declares exactly one of: readOnly: true, destructive: false, destructive: true.');
  }
  return {
    ...(definition.title !== undefined && { title: definition.title }),
    readOnlyHint: readOnly === true,
    ...(destructive !== undefined && { destructiveHint: destructive }),
    ...(definition.idempotent !== undefined && { idempotentHint: definition.idempotent }),
    ...(definition.openWorld !== undefined && { openWorldHint: definition.openWorld }),
  };
}
