import { completable, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type ConnectorMemory, currentContext } from './context.ts';
import type { ConnectorManifest } from './manifest.ts';
import type { Prompt } from './prompt.ts';
import type { Resource } from './resource.ts';
import type { Tool } from './tool.ts';

interface Parts {
  readonly tools: Readonly<Record<string, Tool>>;
  readonly resources?: Readonly<Record<string, Resource>>;
  readonly prompts?: Readonly<Record<string, Prompt>>;
}

/** An MCP server of the SDK v2 with everything of the connector registered; it can serve both protocol eras. */
export function createServer(manifest: ConnectorManifest, parts: Parts, memory: ConnectorMemory): McpServer {
  const server = new McpServer(
    { name: manifest.name, version: manifest.version, ...(manifest.title !== undefined && { title: manifest.title }) },
    manifest.instructions === undefined ? {} : { instructions: manifest.instructions },
  );
  for (const [name, tool] of Object.entries(parts.tools)) registerTool(server, name, tool, memory);
  for (const [name, resource] of Object.entries(parts.resources ?? {}))
    registerResource(server, name, resource, memory);
  for (const [name, prompt] of Object.entries(parts.prompts ?? {})) registerPrompt(server, name, prompt, memory);
  return server;
}

function registerTool(server: McpServer, name: string, tool: Tool, memory: ConnectorMemory): void {
  server.registerTool(
    name,
    {
      title: tool.title,
      description: tool.description,
      inputSchema: tool.input ?? z.object({}),
      outputSchema: tool.output,
      annotations: tool.annotations,
      ...(tool.meta && { _meta: { ...tool.meta } }),
    },
    (args, mcp) => tool.execute(args, currentContext(memory, mcp)),
  );
}

function registerResource(server: McpServer, name: string, resource: Resource, memory: ConnectorMemory): void {
  const metadata = { title: resource.title, description: resource.description, mimeType: resource.mimeType };
  if (!resource.isTemplate) {
    server.registerResource(name, resource.uri, metadata, (uri, mcp) =>
      resource.read(uri.href, {}, currentContext(memory, mcp)),
    );
    return;
  }
  const { list } = resource;
  const template = new ResourceTemplate(resource.uri, {
    list: list && (async (mcp) => ({ resources: [...(await list(currentContext(memory, mcp)))] })),
    complete: { ...resource.complete },
  });
  server.registerResource(name, template, metadata, (uri, variables, mcp) =>
    resource.read(uri.href, variables, currentContext(memory, mcp)),
  );
}

function registerPrompt(server: McpServer, name: string, prompt: Prompt, memory: ConnectorMemory): void {
  server.registerPrompt(
    name,
    { title: prompt.title, description: prompt.description, argsSchema: withCompletion(prompt) },
    (args, mcp) => prompt.render(args, currentContext(memory, mcp)),
  );
}

/** The arguments' schema with each suggestion attached where the protocol library looks for it. */
function withCompletion(prompt: Prompt): z.ZodObject {
  const fields = Object.entries(prompt.complete).map(([name, complete]) => {
    const field = prompt.arguments.shape[name];
    if (!field) throw new TypeError(`prompt: complete.${name} names no argument.`);
    // A copy: completable() marks the schema object, and the author may use the same one elsewhere.
    return [
      name,
      completable(field.meta(field.meta() ?? {}), (typed, given) =>
        complete(String(typed ?? ''), given?.arguments ?? {}),
      ),
    ] as const;
  });
  return fields.length === 0 ? prompt.arguments : prompt.arguments.extend(Object.fromEntries(fields));
}
