import {
  type CallToolResult,
  type ContentBlock,
  type InputRequiredResult,
  isInputRequiredResult,
} from '@modelcontextprotocol/server';

/** A result in the protocol's own shape: texts, images, audio, embedded resources, links, structured content. */
export interface ToolResult {
  readonly content?: ContentBlock[];
  readonly structuredContent?: CallToolResult['structuredContent'];
  readonly isError?: boolean;
  readonly _meta?: Record<string, unknown>;
}

/** A value that JSON can carry. `object` rather than a recursive type, so that interfaces of API answers fit. */
export type JsonValue = string | number | boolean | null | object;

const RESULT_KEYS = new Set(['content', 'structuredContent', 'isError', '_meta']);

/**
 * The protocol's result of what a tool returned:
 * a string becomes a text; `{ content }` and `{ structuredContent }` are taken as they are; every other value becomes
 * a text of its JSON, and with an `output` schema structured content as well.
 */
export function renderToolResult(value: unknown, hasOutputSchema: boolean): CallToolResult | InputRequiredResult {
  if (isInputRequiredResult(value)) return value;
  if (isToolResult(value)) return { ...value, content: value.content ?? [textOf(value.structuredContent)] };
  // A tool with an output schema answers with a value of that schema, also when the value is a string.
  if (hasOutputSchema)
    // Checked against the schema by the server before it goes out.
    return { content: [textOf(value)], structuredContent: value as CallToolResult['structuredContent'] };
  return { content: [textOf(value)] };
}

/** Only protocol keys, and content that is content: an API answer that happens to have a `content` field is a value. */
function isToolResult(value: unknown): value is ToolResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  if (keys.length === 0 || !keys.every((key) => RESULT_KEYS.has(key))) return false;
  if ('content' in value) {
    return Array.isArray(value.content) && value.content.every((item) => typeof item?.type === 'string');
  }
  return 'structuredContent' in value;
}

/** The result with at least one text, for clients that show nothing else: of the structured answer, or `otherwise`. */
export function withText(
  result: CallToolResult | InputRequiredResult,
  otherwise: string,
): CallToolResult | InputRequiredResult {
  if (isInputRequiredResult(result) || result.content.some((item) => item.type === 'text')) return result;
  return { ...result, content: [...result.content, textOf(result.structuredContent ?? otherwise)] };
}

function textOf(value: unknown): { type: 'text'; text: string } {
  return { type: 'text', text: typeof value === 'string' ? value : (JSON.stringify(value) ?? '') };
}

/** The result of a tool that threw: the model reads the message and can do better with it. */
export function renderToolError(error: unknown): CallToolResult {
  const message = error instanceof Error ? error.message : String(error);
  return { content: [{ type: 'text', text: message || 'The tool failed without a message.' }], isError: true };
}
