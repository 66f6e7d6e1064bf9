import { type JsonObject, objectAt, stringAt } from './json.ts';

/**
 * The page a tool is shown in. Hosts first looked for the second key.
 * @see MCP Apps 2026-01-26, "Resource Discovery"
 */
export function pageUriOf(tool: JsonObject): string | undefined {
  const meta = objectAt(tool, '_meta');
  return stringAt(objectAt(meta, 'ui'), 'resourceUri') ?? stringAt(meta, 'ui/resourceUri');
}

/** The tools that show this page. A page need not be among the listed resources; that a tool names it is enough. */
export function toolsOfPage(tools: readonly JsonObject[], uri: string): JsonObject[] {
  return tools.filter((tool) => pageUriOf(tool) === uri);
}
