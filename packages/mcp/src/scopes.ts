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

/** The scope that a call of the tool needs. Only a literal `readOnlyHint: true` declares a read. */
export function scopeOfTool(tool: JsonObject): ToolScope {
  return own(objectAt(tool, 'annotations'), 'readOnlyHint') === true ? 'tools:read' : 'tools:write';
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

export function hasScope(granted: GrantedScopes, needed: string): boolean {
  return granted === 'all' || granted.includes(needed);
}

/**
 * The scope of a request that runs code. Prompts, resources and completions are reads by definition of the protocol; the
 * page of tools that all write needs what its tools need.
 */
export function scopeOfRequest(
  manifest: Pick<ManifestView, 'tools'>,
  tool: JsonObject | null,
  uri?: string,
): ToolScope {
  if (tool) return scopeOfTool(tool);
  const shownBy = uri === undefined ? [] : toolsOfPage(manifest.tools, uri);
  return shownBy.length > 0 && shownBy.every((one) => scopeOfTool(one) === 'tools:write')
    ? 'tools:write'
    : 'tools:read';
}

/** The manifest as a caller with these scopes is shown it: only what they may use is listed. */
export function withinScopes(manifest: ManifestView, granted: GrantedScopes): ManifestView {
  if (granted === 'all' || TOOL_SCOPES.every((scope) => granted.includes(scope))) return manifest;
  const mayRead = hasScope(granted, 'tools:read');
  return {
    ...manifest,
    tools: manifest.tools.filter((tool) => hasScope(granted, scopeOfTool(tool))),
    prompts: mayRead ? manifest.prompts : [],
    resources: mayRead ? manifest.resources : [],
    resourceTemplates: mayRead ? manifest.resourceTemplates : [],
  };
}
