import type { McpServer } from '@modelcontextprotocol/server';
import type { Prompt } from './prompt.ts';
import type { Resource } from './resource.ts';
import type { Tool } from './tool.ts';

/**
 * Additional entries of a connector with `dynamic: true`. Each call replaces the entries of the previous one, and
 * notifies subscribed clients. They live as long as the sandbox: fill them in `onStart`, from where they are stored.
 * Names, sizes and schemas follow the same rules as in a deploy; entries that break them are left out and named in the
 * log.
 */
export interface DynamicLists {
  setTools(tools: Readonly<Record<string, Tool>>): void;
  setResources(resources: Readonly<Record<string, Resource>>): void;
  setPrompts(prompts: Readonly<Record<string, Prompt>>): void;
}

/** How each kind is put onto the server. */
export interface Registrars {
  tool(name: string, tool: Tool): Registered;
  resource(name: string, resource: Resource): Registered;
  prompt(name: string, prompt: Prompt): Registered;
}

export interface Registered {
  remove(): void;
}

/** @throws TypeError from a setter when a name is taken by what the connector was defined with */
export function createDynamicLists(server: McpServer, registrars: Registrars): DynamicLists {
  const replaceable = <Part>(register: (name: string, part: Part) => Registered) => {
    let registered: Registered[] = [];
    return (parts: Readonly<Record<string, Part>>): void => {
      for (const one of registered) one.remove();
      registered = [];
      for (const [name, part] of Object.entries(parts)) registered.push(register(name, part));
    };
  };
  notifyAll(server);
  return {
    setTools: replaceable(registrars.tool),
    setResources: replaceable(registrars.resource),
    setPrompts: replaceable(registrars.prompt),
  };
}

/** The protocol library learns of a kind with its first part, and cannot once it is connected: each had one, for a moment. */
function notifyAll(server: McpServer): void {
  server.registerTool('placeholder', {}, async () => ({ content: [] })).remove();
  server.registerResource('placeholder', 'patchbay:placeholder', {}, async () => ({ contents: [] })).remove();
  server.registerPrompt('placeholder', {}, async () => ({ messages: [] })).remove();
}

/** Thrown for a connector without `dynamic: true`: its declared capabilities exclude list changes. */
export const FIXED_LISTS: DynamicLists = {
  setTools: refuse,
  setResources: refuse,
  setPrompts: refuse,
};

function refuse(): never {
  throw new TypeError('The lists of this connector are fixed. Define it with dynamic: true to change them.');
}
