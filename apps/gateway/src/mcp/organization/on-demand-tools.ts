import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { type JsonObject, objectAt, stringAt } from '@patchbay/mcp';

/**
 * Instead of a list that would fill the model's context: one tool that finds tools, one that calls them. A joined name
 * always has two underscores, so these two names are free.
 */
export const SEARCH_TOOL = 'search_tools';
export const CALL_TOOL = 'call_tool';

/** Bytes of a tool list a model reads at the start of every conversation; about 40 000 tokens. */
const LIST_BYTES_MAX = STREAM_LIMITS.listForModel.value;
const FOUND_MAX = 20;

export function isOverBudget(tools: readonly JsonObject[]): boolean {
  let bytes = 0;
  return tools.some((tool) => {
    bytes += JSON.stringify(tool).length;
    return bytes > LIST_BYTES_MAX;
  });
}

export const ON_DEMAND_TOOLS: readonly JsonObject[] = [
  {
    name: CALL_TOOL,
    title: 'Call a tool',
    description: `Calls a tool that ${SEARCH_TOOL} found. Write its arguments by its inputSchema.`,
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Name of the tool, as found.' },
        arguments: { type: 'object', description: 'Its arguments.' },
      },
      required: ['name'],
    },
  },
  {
    name: SEARCH_TOOL,
    title: 'Find tools',
    description: `Finds tools by words of their names and descriptions. Returns at most ${FOUND_MAX}, best first, with their schemas.`,
    inputSchema: {
      type: 'object',
      properties: { query: { type: 'string', description: 'A few words: what the tool should do, or its connector.' } },
      required: ['query'],
    },
    annotations: { readOnlyHint: true },
  },
];

/** The tools that match best, as the text of a result. Plain word counting: nothing a tenant wrote is a pattern here. */
export function searchTools(tools: readonly JsonObject[], query: string): JsonObject {
  const words = [...new Set(query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, 16);
  const scored = tools.map((tool) => ({ tool, score: scoreOf(tool, words) })).filter(({ score }) => score > 0);
  const found = scored.toSorted((a, b) => b.score - a.score).slice(0, FOUND_MAX);
  const shown = found.map(({ tool: { name, description, inputSchema, annotations } }) => ({
    name,
    description: description ?? '',
    inputSchema: inputSchema ?? {},
    ...(annotations !== undefined && { annotations }),
  }));
  const text =
    shown.length > 0 ? JSON.stringify(shown) : `No tool matches. There are ${tools.length}; try other words.`;
  return { content: [{ type: 'text', text }] };
}

function scoreOf(tool: JsonObject, words: readonly string[]): number {
  const name = (stringAt(tool, 'name') ?? '').toLowerCase();
  const title = (stringAt(tool, 'title') ?? stringAt(objectAt(tool, 'annotations'), 'title') ?? '').toLowerCase();
  const description = (stringAt(tool, 'description') ?? '').toLowerCase();
  return words.reduce(
    (sum, word) =>
      sum + (name.includes(word) ? 4 : 0) + (title.includes(word) ? 2 : 0) + (description.includes(word) ? 1 : 0),
    0,
  );
}
