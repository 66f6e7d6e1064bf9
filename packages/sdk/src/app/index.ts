/**
 * For the page of an `appTool`, in the browser: `import { connectApp } from '@patchbay/connector/app'`.
 * Without dependencies, because all of it is built into every page.
 * @see MCP Apps 2026-01-26, "Communication Protocol"
 */
import { FrameLink } from './frame-link.ts';
import { CurrentContext, type DisplayMode, type HostContext, watchSize } from './host-context.ts';

export type { DisplayMode, HostContext } from './host-context.ts';

/** The answer of a tool, as the host passes it on. */
export interface AppToolResult {
  readonly content: readonly { readonly type: string; readonly text?: string; readonly [key: string]: unknown }[];
  /** The value of the tool's `output` schema. Written by your own tool; hosts do not change it. */
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

export interface AppHandlers {
  /** The arguments of the call, before its result. Draw what is known already. */
  onInput?(args: Readonly<Record<string, unknown>>): void;
  /** The result of the call that opened the page. */
  onResult?(result: AppToolResult): void;
  /** There will be no result. */
  onCancelled?(reason: string | undefined): void;
  /** Theme, size, language or display mode changed; the look is already applied. */
  onContext?(context: HostContext): void;
  /** The page is about to be removed. */
  onTeardown?(): void;
}

/** The host around the page. Unsupported requests reject with the host's message. */
export interface App {
  readonly hostName: string;
  /** The host's current description of the place. */
  context(): HostContext;
  /** Calls a tool of the same connector, under the same policies as the model's calls. */
  callTool(name: string, args?: Readonly<Record<string, unknown>>): Promise<AppToolResult>;
  /** Posts a message to the conversation in the person's name; hosts ask first. */
  sendMessage(text: string): Promise<void>;
  /** Sends the model what the person sees or chose, for its next turn. The last one counts. */
  updateModelContext(text: string): Promise<void>;
  /** Opens an address outside of the frame; hosts ask first. */
  openLink(url: string): Promise<void>;
  /** The mode the page is in afterwards. */
  requestDisplayMode(mode: DisplayMode): Promise<DisplayMode>;
}

const PROTOCOL_VERSION = '2026-01-26';

/**
 * Connects the page to the host that shows it, applies the host's look and reports the page's height.
 * Give the handlers here: the host sends arguments and result as soon as the page is connected.
 *
 * @throws Error when the host refuses
 * @example
 * connectApp({ onResult: ({ structuredContent }) => draw(structuredContent) });
 */
export async function connectApp(handlers: AppHandlers, name = document.title || 'app'): Promise<App> {
  const context = new CurrentContext();
  const link = new FrameLink({
    onNotification(method, params) {
      switch (method) {
        case 'ui/notifications/tool-input':
          return handlers.onInput?.((params.arguments ?? {}) as Record<string, unknown>); // arguments are an object
        case 'ui/notifications/tool-result':
          return handlers.onResult?.(params as unknown as AppToolResult); // passed on by the host as the tool gave it
        case 'ui/notifications/tool-cancelled':
          return handlers.onCancelled?.(typeof params.reason === 'string' ? params.reason : undefined);
        case 'ui/notifications/host-context-changed':
          context.accept(params);
          return handlers.onContext?.(context.value);
      }
    },
    onRequest(method) {
      if (method === 'ui/resource-teardown') handlers.onTeardown?.();
      return method === 'ping' || method === 'ui/resource-teardown' ? {} : undefined;
    },
  });

  const { hostInfo, hostContext } = await link.request<{ hostInfo?: { name?: string }; hostContext?: HostContext }>(
    'ui/initialize',
    { appInfo: { name, version: '1.0.0' }, appCapabilities: {}, protocolVersion: PROTOCOL_VERSION },
  );
  context.accept(hostContext ?? {});
  handlers.onContext?.(context.value);
  link.notify('ui/notifications/initialized', {});
  watchSize((size) => link.notify('ui/notifications/size-changed', size));

  const text = (value: string) => ({ type: 'text', text: value });
  const ask = async (method: string, params: object): Promise<void> => {
    const { isError } = await link.request<{ isError?: boolean }>(method, params);
    if (isError) throw new Error(`The host refused ${method}.`);
  };
  return {
    hostName: hostInfo?.name ?? 'host',
    context: () => context.value,
    callTool: (tool, args = {}) => link.request('tools/call', { name: tool, arguments: args }),
    sendMessage: (message) => ask('ui/message', { role: 'user', content: [text(message)] }),
    updateModelContext: (value) => ask('ui/update-model-context', { content: [text(value)] }),
    openLink: (url) => ask('ui/open-link', { url }),
    requestDisplayMode: async (mode) =>
      (await link.request<{ mode: DisplayMode }>('ui/request-display-mode', { mode })).mode,
  };
}
