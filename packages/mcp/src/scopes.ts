import { toolsOfPage } from './app-pages.ts';
import { type JsonObject, objectAt, own } from './json.ts';
import type { ManifestView } from './manifest.ts';

/** The scopes that every connector knows: what only reads, and everything else. */
export const TOOL_SCOPES = ['tools:read', 'tools:write'] as const;
export type ToolScope = (typeof TOOL_SCOPES)[number];

/** Declared scopes that a challenge lists, and their length. A header has room for them. */
const DECLARED_MAX = 50;
const LENGTH_MAX = 64;
/** @see RFC 6749 §3.3, scope-token */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
/** Scopes that mean something to an authorization server itself. A resource never asks for them. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  'openid',
  'offline_access',
  'profile',
  'email',
  'address',
  'phone',
]);

/** The member of a tool's `_meta` that names the declared scopes it needs beside `tools:read` or `tools:write`. */
export const SCOPES_META_KEY = 'patchbay/scopes';

/** Whether the tool reads or may change something. Only a literal `readOnlyHint: true` declares a read. */
export function scopeOfTool(tool: JsonObject): ToolScope {
  return own(objectAt(tool, 'annotations'), 'readOnlyHint') === true ? 'tools:read' : 'tools:write';
}

/**
 * Every scope that a call of the tool needs. An entry that is no text counts as a scope that no caller has: a tool with a
 * demand that cannot be read is not open.
 */
export function scopesOfTool(tool: JsonObject): readonly string[] {
  const needed = own(objectAt(tool, '_meta'), SCOPES_META_KEY);
  if (needed === undefined) return [scopeOfTool(tool)];
  const listed = Array.isArray(needed) ? needed : [needed];
  return [scopeOfTool(tool), ...listed.map((scope) => (typeof scope === 'string' ? scope : ''))];
}

/**
 * All scopes of a connector, the minimal set with which everything of it works: `tools:read` always, `tools:write` where
 * a tool may change something or the tools may change, and those it declares, as far as a scope token can hold them.
 *
 * @see RFC 9728 §2, scopes_supported
 */
export function scopesOf({ tools, dynamic, scopes }: Pick<ManifestView, 'tools' | 'dynamic' | 'scopes'>): string[] {
  const writes = dynamic || tools.some((tool) => scopeOfTool(tool) === 'tools:write');
  const declared = Object.keys(scopes).filter(
    (scope) => scope.length <= LENGTH_MAX && SCOPE_TOKEN.test(scope) && !OF_THE_SERVER.has(scope),
  );
  const own: string[] = writes ? [...TOOL_SCOPES] : ['tools:read'];
  return [...new Set([...own, ...declared.sort().slice(0, DECLARED_MAX)])];
}

/** The scopes of a caller: by name, or everything that their role and policies allow. */
export type GrantedScopes = readonly string[] | 'all';

export function hasScopes(granted: GrantedScopes, needed: readonly string[]): boolean {
  return granted === 'all' || needed.every((scope) => granted.includes(scope));
}

/**
 * The scopes of a request that runs code. Prompts, resources and completions are reads by definition of the protocol; the
 * page of tools that all write needs `tools:write`.
 */
export function scopesOfRequest(
  manifest: Pick<ManifestView, 'tools'>,
  tool: JsonObject | null,
  uri?: string,
): readonly string[] {
  if (tool) return scopesOfTool(tool);
  const shownBy = uri === undefined ? [] : toolsOfPage(manifest.tools, uri);
  const allWrite = shownBy.length > 0 && shownBy.every((one) => scopeOfTool(one) === 'tools:write');
  return [allWrite ? 'tools:write' : 'tools:read'];
}

/** The manifest as a caller with these scopes is shown it: only what they may use is listed. */
export function withinScopes(manifest: ManifestView, granted: GrantedScopes): ManifestView {
  if (granted === 'all') return manifest;
  const tools = manifest.tools.filter((tool) => hasScopes(granted, scopesOfTool(tool)));
  const mayRead = granted.includes('tools:read');
  if (mayRead && tools.length === manifest.tools.length) return manifest;
  return {
    ...manifest,
    tools,
    prompts: mayRead ? manifest.prompts : [],
    resources: mayRead ? manifest.resources : [],
    resourceTemplates: mayRead ? manifest.resourceTemplates : [],
  };
}
