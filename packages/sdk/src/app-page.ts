import type { ReadResourceResult } from '@modelcontextprotocol/server';

/** @see MCP Apps 2026-01-26, "UI Resource Format" */
export const APP_MIME_TYPE = 'text/html;profile=mcp-app';

/**
 * The origins that a page may load from and connect to, such as `https://api.example.com`. The host refuses all others.
 */
export interface AppCsp {
  /** For `fetch`, XMLHttpRequest and WebSocket (`wss://…`). */
  readonly connectDomains?: readonly string[];
  /** For scripts, styles, images, fonts and media that are not in the page itself. */
  readonly resourceDomains?: readonly string[];
  /** For frames inside the page. */
  readonly frameDomains?: readonly string[];
  readonly baseUriDomains?: readonly string[];
}

export type AppPermission = 'camera' | 'microphone' | 'geolocation' | 'clipboardWrite';

/** The user interface of a tool. */
export interface AppUi {
  /** Name of the page: `'chart'` is `src/ui/chart.html`, with the scripts, styles and images it refers to built into it. */
  readonly page: string;
  /** Default: nothing outside of the page can be reached, which is right for most: results come with the call. */
  readonly csp?: AppCsp;
  /** Browser permissions that the page needs. Hosts may refuse. */
  readonly permissions?: readonly AppPermission[];
  /** Whether the host draws border and background around it. Set it: hosts differ in their defaults. */
  readonly prefersBorder?: boolean;
  /** An origin of its own, in the form the host documents, where the page needs one that stays the same. */
  readonly domain?: string;
  /** The callers of the tool: the model, the page, or both (the default). `['app']` hides it from the model. */
  readonly visibility?: readonly ('model' | 'app')[];
}

/** Where the HTML of a page comes from: the build, or a test. */
export type PageSource = (page: string) => string | undefined;

/** A page with the metadata from its tools. */
export interface AppPage extends Omit<AppUi, 'visibility'> {
  readonly uri: string;
}

export function pageUri(connector: string, page: string): string {
  return `ui://${connector}/${page}.html`;
}

/** The metadata of tools. Hosts read the second key before the first existed. */
export function toolUiMeta(connector: string, { page, visibility }: AppUi): Record<string, unknown> {
  const resourceUri = pageUri(connector, page);
  return { ui: { resourceUri, ...(visibility && { visibility: [...visibility] }) }, 'ui/resourceUri': resourceUri };
}

/**
 * The pages of all tools, each once. Tools share a page by its name; one of them sets its other fields.
 *
 * @throws TypeError when two tools set different fields for one page
 */
export function collectPages(connector: string, uis: Readonly<Record<string, AppUi | undefined>>): AppPage[] {
  const pages = new Map<string, { readonly page: AppPage; readonly hasMore: boolean }>();
  for (const [tool, ui] of Object.entries(uis)) {
    if (!ui) continue;
    const { visibility: _ofTheTool, ...declared } = ui;
    const page: AppPage = { ...declared, uri: pageUri(connector, ui.page) };
    const hasMore = Object.keys(declared).length > 1;
    const known = pages.get(ui.page);
    if (known?.hasMore && hasMore && JSON.stringify(known.page) !== JSON.stringify(page)) {
      throw new TypeError(`tools.${tool}: another tool sets other fields for the page ${ui.page}.`);
    }
    if (!known || hasMore) pages.set(ui.page, { page, hasMore });
  }
  return [...pages.values()].map(({ page }) => page);
}

/** `_meta` of the page's resource. Undefined when the page has no metadata. */
export function pageMeta(page: AppPage): { readonly ui: Record<string, unknown> } | undefined {
  const { csp, permissions, prefersBorder, domain } = page;
  const ui: Record<string, unknown> = {
    ...(csp && { csp }),
    ...(permissions && { permissions: Object.fromEntries(permissions.map((name) => [name, {}])) }),
    ...(prefersBorder !== undefined && { prefersBorder }),
    ...(domain !== undefined && { domain }),
  };
  return Object.keys(ui).length === 0 ? undefined : { ui };
}

export function renderPage(page: AppPage, html: string): ReadResourceResult {
  const meta = pageMeta(page);
  return { contents: [{ uri: page.uri, mimeType: APP_MIME_TYPE, text: html, ...(meta && { _meta: meta }) }] };
}
