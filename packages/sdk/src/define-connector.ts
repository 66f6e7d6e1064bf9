import type { McpServer } from '@modelcontextprotocol/server';
import type { PageSource } from './app-page.ts';
import { BatchStore } from './batch.ts';
import { CacheStore } from './cache.ts';
import { type ConnectionDeclaration, type ConnectorAuth, readConnections } from './connections.ts';
import { createServer } from './create-server.ts';
import type { DynamicLists } from './dynamic-lists.ts';
import {
  type ConnectorManifest,
  type EgressDeclaration,
  readEgress,
  readLinkHost,
  type SecretDeclaration,
} from './manifest.ts';
import type { Prompt } from './prompt.ts';
import type { Resource } from './resource.ts';
import type { Tool } from './tool.ts';

/** Marks a connector across copies of this package: `connector[CONNECTOR_BRAND] === 1`. */
export const CONNECTOR_BRAND: unique symbol = Symbol.for('patchbay.connector') as never;

export interface ConnectorDefinition {
  /** Lower-case letters, digits and hyphens: `order-desk`. */
  readonly name: string;
  /** Name for people: `Order desk`. */
  readonly title?: string;
  /** For the model, about the connector as a whole: how its tools belong together. */
  readonly instructions?: string;
  /** The author's own version, shown to clients. Patchbay numbers deployed versions itself. Default `1.0.0`. */
  readonly version?: string;
  /** Default `{ type: 'none' }`. With `oauth2`, short for one connection of that provider. */
  readonly auth?: ConnectorAuth;
  /** Hosts it may reach. Default: none at all. */
  readonly egress?: readonly EgressDeclaration[];
  /** Name in capitals → what it is. */
  readonly secrets?: Readonly<Record<string, SecretDeclaration>>;
  /** Scope → what it allows, in words for the consent page. */
  readonly scopes?: Readonly<Record<string, string>>;
  /** Hosts of pages that it may send people to with a question, such as `pay.example.com`. Default: none. */
  readonly linkHosts?: readonly string[];
  /** Name → an account of an upstream service that its tools work with. Requests carry it, code never sees it. */
  readonly connections?: Readonly<Record<string, ConnectionDeclaration>>;
  /**
   * Whether its lists of tools, prompts and resources change while it runs. Default false: lists are answered from the
   * deploy, without starting anything. With true they are asked for, and the last answer serves for a while.
   */
  readonly dynamic?: boolean;
  /** Called once per instance before anything is asked of it: what `context.lists` sets is gone with the sandbox. */
  onStart?(lists: DynamicLists): void;
  /** Name → tool. Names are letters, digits, `_` and `-`, best at most 64 characters. */
  readonly tools: Readonly<Record<string, Tool>>;
  readonly resources?: Readonly<Record<string, Resource>>;
  readonly prompts?: Readonly<Record<string, Prompt>>;
}

/** The default export of a connector's module. */
export interface Connector {
  readonly [CONNECTOR_BRAND]: 1;
  readonly manifest: ConnectorManifest;
  readonly definition: ConnectorDefinition;
  /**
   * A new server with everything registered. Calls need a runtime around them (the runner, `dev`, the testing entry);
   * `pages` gives the HTML of user interfaces, which the build makes.
   */
  createServer(pages?: PageSource): McpServer;
}

/**
 * Defines a connector: export it by default from the entry module.
 *
 * @throws TypeError that names the field which is wrong
 * @example
 * export default defineConnector({
 *   name: 'greeter',
 *   tools: {
 *     greet: tool({ description: 'Greets a person.', readOnly: true, input: z.object({ name: z.string() }),
 *       run: ({ name }) => `Hello, ${name}!` }),
 *   },
 * });
 */
export function defineConnector(definition: ConnectorDefinition): Connector {
  checkNames(definition);
  const manifest: ConnectorManifest = {
    name: definition.name,
    title: definition.title,
    version: definition.version ?? '1.0.0',
    instructions: definition.instructions,
    egress: (definition.egress ?? []).map(readEgress),
    auth: definition.auth ?? { type: 'none' },
    scopes: definition.scopes ?? {},
    linkHosts: (definition.linkHosts ?? []).map(readLinkHost),
    connections: readConnections(definition),
    secrets: definition.secrets ?? {},
    dynamic: definition.dynamic ?? false,
  };
  return {
    [CONNECTOR_BRAND]: 1,
    manifest,
    definition,
    createServer: (pages = () => undefined) => {
      const stores = { cache: new CacheStore(), batches: new BatchStore() };
      return createServer(manifest, definition, { stores, pages });
    },
  };
}

function checkNames(definition: ConnectorDefinition): void {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(definition.name)) {
    throw new TypeError(`name: ${JSON.stringify(definition.name)} must be lower-case letters, digits and hyphens.`);
  }
  const parts = { tools: definition.tools, resources: definition.resources, prompts: definition.prompts };
  for (const [kind, named] of Object.entries(parts)) {
    for (const [name, part] of Object.entries(named ?? {})) {
      if (!/^[A-Za-z0-9_-]+$/.test(name)) {
        throw new TypeError(`${kind}: the name ${JSON.stringify(name)} may hold letters, digits, _ and - only.`);
      }
      if (`${part?.kind}s` !== kind) {
        throw new TypeError(`${kind}.${name} is not made by ${kind.slice(0, -1)}(…).`);
      }
    }
  }
  for (const [name, { scopes = [] }] of Object.entries(definition.tools)) {
    const unknown = scopes.find((scope) => !Object.hasOwn(definition.scopes ?? {}, scope));
    if (unknown !== undefined)
      throw new TypeError(
        `tools.${name}.scopes: ${JSON.stringify(unknown)} is not declared in the connector's scopes.`,
      );
  }
  for (const name of Object.keys(definition.secrets ?? {})) {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name))
      throw new TypeError(`secrets: ${JSON.stringify(name)} must be in capitals: API_KEY.`);
  }
}
