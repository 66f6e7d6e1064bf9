import { completable, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';
import {
  APP_MIME_TYPE,
  type AppPage,
  collectPages,
  type PageSource,
  pageMeta,
  renderPage,
  toolUiMeta,
} from './app-page.ts';
import { type ConnectorMemory, currentContext } from './context.ts';
import {
  createDynamicLists,
  type DynamicLists,
  FIXED_LISTS,
  type Registered,
  type Registrars,
} from './dynamic-lists.ts';
import type { ConnectorManifest } from './manifest.ts';
import type { Prompt } from './prompt.ts';
import type { Resource } from './resource.ts';
import type { Tool } from './tool.ts';

interface Parts {
  readonly tools: Readonly<Record<string, Tool>>;
  readonly resources?: Readonly<Record<string, Resource>>;
  readonly prompts?: Readonly<Record<string, Prompt>>;
  onStart?(lists: DynamicLists): void;
}

/** Shared by all registrations of one server. */
interface Surroundings {
  readonly server: McpServer;
  readonly memory: ConnectorMemory;
}

/** An MCP server of the SDK v2 with everything of the connector registered; it can serve both protocol eras. */
export function createServer(
  manifest: ConnectorManifest,
  parts: Parts,
  { stores, pages }: { readonly stores: Omit<ConnectorMemory, 'lists'>; readonly pages: PageSource },
): McpServer {
  const server = new McpServer(
    { name: manifest.name, version: manifest.version, ...(manifest.title !== undefined && { title: manifest.title }) },
    manifest.instructions === undefined ? {} : { instructions: manifest.instructions },
  );
  const around: Surroundings = { server, memory: { ...stores, lists: () => lists } };
  const registrars: Registrars = {
    tool: (name, tool) => registerTool(around, manifest.name, name, tool),
    resource: (name, resource) => registerResource(around, name, resource),
    prompt: (name, prompt) => registerPrompt(around, name, prompt),
  };
  const lists = manifest.dynamic ? createDynamicLists(server, registrars) : FIXED_LISTS;
  for (const [name, tool] of Object.entries(parts.tools)) registrars.tool(name, tool);
  const uis = Object.fromEntries(Object.entries(parts.tools).map(([name, { ui }]) => [name, ui]));
  for (const page of collectPages(manifest.name, uis)) registerPage(server, page, pages(page.page));
  for (const [name, resource] of Object.entries(parts.resources ?? {})) registrars.resource(name, resource);
  for (const [name, prompt] of Object.entries(parts.prompts ?? {})) registrars.prompt(name, prompt);
  parts.onStart?.(lists);
  return server;
}

function registerTool({ server, memory }: Surroundings, connector: string, name: string, tool: Tool): Registered {
  const meta = { ...tool.meta, ...(tool.ui && toolUiMeta(connector, tool.ui)) };
  return server.registerTool(
    name,
    {
      title: tool.title,
      description: tool.description,
      inputSchema: tool.input ?? z.object({}),
      outputSchema: tool.output,
      annotations: tool.annotations,
      ...(Object.keys(meta).length > 0 && { _meta: meta }),
    },
    (args, mcp) => tool.execute(args, currentContext(memory, mcp)),
  );
}

function registerPage(server: McpServer, page: AppPage, html: string | undefined): void {
  if (html === undefined) throw new TypeError(`There is no page src/ui/${page.page}.html.`);
  const meta = pageMeta(page);
  server.registerResource(page.page, page.uri, { mimeType: APP_MIME_TYPE, ...(meta && { _meta: meta }) }, () =>
    renderPage(page, html),
  );
}

function registerResource({ server, memory }: Surroundings, name: string, resource: Resource): Registered {
  const metadata = { title: resource.title, description: resource.description, mimeType: resource.mimeType };
  if (!resource.isTemplate) {
    return server.registerResource(name, resource.uri, metadata, (uri, mcp) =>
      resource.read(uri.href, {}, currentContext(memory, mcp)),
    );
  }
  const { list } = resource;
  const template = new ResourceTemplate(resource.uri, {
    list: list && (async (mcp) => ({ resources: [...(await list(currentContext(memory, mcp)))] })),
    complete: { ...resource.complete },
  });
  return server.registerResource(name, template, metadata, (uri, variables, mcp) =>
    resource.read(uri.href, variables, currentContext(memory, mcp)),
  );
}

function registerPrompt({ server, memory }: Surroundings, name: string, prompt: Prompt): Registered {
  return server.registerPrompt(
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
