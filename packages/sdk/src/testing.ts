/** Tests of a connector without a server, a sandbox or a network: `import { callTool } from '@patchbay/connector/testing'`. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type CallToolResult,
  type CompleteResult,
  type GetPromptResult,
  InMemoryTransport,
  type JSONRPCMessage,
  type ListToolsResult,
  type McpServer,
  type ReadResourceResult,
} from '@modelcontextprotocol/server';
import type { PageSource } from './app-page.ts';
import type { Connector } from './define-connector.ts';
import { type LogLevel, type RunnerConnection, type RunnerContext, type Runtime, setRuntime } from './runtime.ts';

/** The world around a call; everything has a default. */
export interface TestOptions {
  readonly user?: Partial<NonNullable<RunnerContext['user']>> | null;
  readonly organization?: Partial<RunnerContext['organization']>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Accounts of the caller: requests to their hosts reach `fetch` with the header `patchbay-credential: NAME ACCOUNT`. */
  readonly connections?: readonly TestConnection[];
  /** Replaces the network. Default: refuses, so that a test cannot reach out by accident. */
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
  readonly requestId?: string;
  readonly idempotencyKey?: string;
  /** HTML of the pages of `appTool`. They are made by a build; without one a page is an empty document. */
  readonly pages?: Readonly<Record<string, string>>;
}

/** An account of the caller, as a test gives it. */
export interface TestConnection extends Pick<RunnerConnection, 'name' | 'hosts'> {
  readonly account?: string;
  readonly isDefault?: boolean;
}

/** The page of a tool as a host gets it. */
export interface TestPage {
  readonly uri: string;
  readonly html: string;
  /** `_meta.ui`: csp, permissions and the rest. */
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface TestLogLine {
  readonly level: LogLevel;
  readonly text: string;
  readonly data: unknown;
}

/** The tool's answer as a client sees it, with the text and the structured value at hand. */
export interface TestToolResult extends CallToolResult {
  /** The text contents, one per line. */
  readonly text: string;
}

/** Several calls to one instance of the connector: they share its cache, as calls to one sandbox do. */
export interface TestSession {
  readonly log: readonly TestLogLine[];
  /** An error of the tool is a result with `isError: true`, as clients see it; arguments that do not fit as well. */
  callTool(name: string, args?: Readonly<Record<string, unknown>>, options?: TestOptions): Promise<TestToolResult>;
  listTools(): Promise<ListToolsResult['tools']>;
  readResource(uri: string, options?: TestOptions): Promise<ReadResourceResult>;
  /** The page of a tool made by `appTool`. @throws Error when the tool has none */
  readPage(tool: string): Promise<TestPage>;
  getPrompt(name: string, args?: Readonly<Record<string, string>>, options?: TestOptions): Promise<GetPromptResult>;
  /** The suggestions for one argument of a prompt. */
  completeArgument(prompt: string, argument: string, typed: string): Promise<string[]>;
}

const calls = new AsyncLocalStorage<RunnerContext>();
const runtime: Runtime = { current: () => calls.getStore() };

/** Opens a session. `defaults` hold for every call in it. */
export function openSession(connector: Connector, defaults: TestOptions = {}): TestSession {
  const instance = new Instance(connector, defaults);
  const request = <Result>(method: string, params: object, options?: TestOptions): Promise<Result> =>
    // The server's answer has the shape that the protocol defines for the method; the callers below name it.
    instance.request(method, params, options) as Promise<Result>;
  return {
    log: instance.log,
    async callTool(name, args = {}, options = {}) {
      const result = await request<CallToolResult>('tools/call', { name, arguments: args }, options);
      const text = result.content.map((item) => (item.type === 'text' ? item.text : '')).join('\n');
      return { ...result, text };
    },
    listTools: async () => (await request<ListToolsResult>('tools/list', {})).tools,
    async readPage(name) {
      const { tools } = await request<ListToolsResult>('tools/list', {});
      const uri = tools.find((tool) => tool.name === name)?._meta?.['ui/resourceUri'];
      if (typeof uri !== 'string') throw new Error(`The tool ${name} has no page.`);
      const [content] = (await request<ReadResourceResult>('resources/read', { uri })).contents;
      const html = content && 'text' in content ? content.text : '';
      // Written by this very package a moment ago.
      return { uri, html, meta: (content?._meta?.ui ?? {}) as TestPage['meta'] };
    },
    readResource: (uri, options) => request('resources/read', { uri }, options),
    getPrompt: (name, args = {}, options = {}) => request('prompts/get', { name, arguments: args }, options),
    async completeArgument(prompt, argument, typed) {
      const params = { ref: { type: 'ref/prompt', name: prompt }, argument: { name: argument, value: typed } };
      return (await request<CompleteResult>('completion/complete', params)).completion.values;
    },
  };
}

/** One instance of a connector, started by its first request. */
class Instance {
  readonly log: TestLogLine[] = [];
  readonly #connector: Connector;
  readonly #defaults: TestOptions;
  #connected: Promise<Link> | undefined;

  constructor(connector: Connector, defaults: TestOptions) {
    this.#connector = connector;
    this.#defaults = defaults;
  }

  async request(method: string, params: object, options: TestOptions = {}): Promise<unknown> {
    setRuntime(runtime);
    this.#connected ??= Link.open(this.#connector.createServer(pagesOf(this.#defaults)));
    const link = await this.#connected;
    const context = contextOf({ ...this.#defaults, ...options }, this.log);
    return calls.run(context, () => link.request(method, params));
  }
}

/**
 * Calls one tool of a fresh instance.
 *
 * @example
 * const result = await callTool(connector, 'greet', { name: 'Ada' });
 * assert.equal(result.text, 'Hello, Ada!');
 */
export function callTool(
  connector: Connector,
  name: string,
  args?: Readonly<Record<string, unknown>>,
  options?: TestOptions,
): Promise<TestToolResult> {
  return openSession(connector, options).callTool(name, args);
}

/** The tools as clients list them, with JSON schemas and annotations. */
export function listTools(connector: Connector): Promise<ListToolsResult['tools']> {
  return openSession(connector).listTools();
}

function contextOf(options: TestOptions, log: TestLogLine[]): RunnerContext {
  const user =
    options.user === null ? null : { id: 'psn_test', email: 'ada@example.com', name: 'Ada Lovelace', ...options.user };
  return {
    user,
    organization: { id: 'org_test', slug: 'test', ...options.organization },
    client: { name: 'patchbay-testing', version: '1.0.0' },
    requestId: options.requestId ?? 'req_test',
    idempotencyKey: options.idempotencyKey ?? 'idempotency-test',
    signal: options.signal ?? new AbortController().signal,
    fetch: options.fetch ?? refuseFetch,
    secrets: options.secrets ?? {},
    connections: (options.connections ?? []).map(({ account = 'ada', isDefault = false, ...given }) => {
      return { ...given, account, isDefault, reference: `${given.name} ${account}` };
    }),
    cacheScopeKey: user?.id ?? '',
    log: (level, text, data) => log.push({ level, text, data }),
    progress: () => {},
  };
}

function pagesOf({ pages = {} }: TestOptions): PageSource {
  return (name) => pages[name] ?? `<!doctype html><title>${name}</title>`;
}

const refuseFetch: typeof fetch = async (input) => {
  const url = input instanceof Request ? input.url : String(input);
  throw new Error(`This test has no network: pass fetch to answer ${url}`);
};

/** The server behind an in-memory transport, with the handshake done. */
class Link {
  readonly #near: InMemoryTransport;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  private constructor(near: InMemoryTransport) {
    this.#near = near;
    near.onmessage = (message) => this.#take(message);
  }

  static async open(server: McpServer): Promise<Link> {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const link = new Link(near);
    await server.connect(far);
    await near.start();
    await link.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'patchbay-testing', version: '1.0.0' },
    });
    await near.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return link;
  }

  async request(method: string, params: object): Promise<unknown> {
    const call = Promise.withResolvers<unknown>();
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, call);
    await this.#near.send({ jsonrpc: '2.0', id: this.#lastId, method, params: { ...params } });
    return call.promise;
  }

  #take(message: JSONRPCMessage): void {
    if (!('id' in message) || typeof message.id !== 'number') return;
    const call = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('result' in message) call?.resolve(message.result);
    else if ('error' in message) call?.reject(new Error(message.error.message));
  }
}
