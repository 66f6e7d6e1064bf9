import { describe, expect, it } from 'vitest';
import type { JsonObject } from './json.ts';
import { viewManifest } from './manifest.ts';
import {
  hasScopes,
  SCOPES_META_KEY,
  scopeOfTool,
  scopesOf,
  scopesOfRequest,
  scopesOfTool,
  withinScopes,
} from './scopes.ts';

const tool = (name: string, annotations?: JsonObject, rest: JsonObject = {}): JsonObject => ({
  name,
  ...(annotations && { annotations }),
  ...rest,
});
const reads = tool('reads', { readOnlyHint: true });
const writes = tool('writes', { readOnlyHint: false, destructiveHint: false });

describe('the scopes of a connector', () => {
  it('only a literal readOnlyHint: true makes a tool a read', () => {
    const claims = [undefined, {}, { readOnlyHint: 'true' }, { readOnlyHint: 1 }, { destructiveHint: false }];
    for (const annotations of claims) {
      expect(scopeOfTool(tool('t', annotations as JsonObject | undefined)), JSON.stringify(annotations)).toBe(
        'tools:write',
      );
    }
    expect(scopeOfTool(reads)).toBe('tools:read');
  });

  it('a connector asks for tools:write only where a tool may change something, or its tools may change', () => {
    expect(scopesOf(viewManifest({ tools: [reads] }))).toEqual(['tools:read']);
    expect(scopesOf(viewManifest({}))).toEqual(['tools:read']);
    expect(scopesOf(viewManifest({ tools: [reads, writes] }))).toEqual(['tools:read', 'tools:write']);
    expect(scopesOf(viewManifest({ tools: [reads], dynamic: true }))).toEqual(['tools:read', 'tools:write']);
  });

  it('declared scopes that a header cannot hold, or that belong to the authorization server, are left out', () => {
    const bad = ['offline_access', 'openid', 'two words', 'quo"te', 'back\\slash', 'läuft', '', 'x'.repeat(65)];
    const scopes = Object.fromEntries([...bad, 'orders:cancel', 'tools:read'].map((scope) => [scope, 'words']));
    expect(scopesOf(viewManifest({ scopes }))).toEqual(['tools:read', 'orders:cancel']);
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`s${index}`, 'words']));
    expect(scopesOf(viewManifest({ scopes: many }))).toHaveLength(51);
  });

  it('a manifest whose scopes have another shape declares none', () => {
    for (const scopes of [null, 'orders', ['orders'], { orders: 1 }]) {
      expect(scopesOf(viewManifest({ scopes }))).toEqual(['tools:read']);
    }
  });
});

describe('a caller with granted scopes', () => {
  const manifest = viewManifest({
    tools: [reads, writes],
    prompts: [{ name: 'p' }],
    resources: [{ uri: 'r://1' }],
    resourceTemplates: [{ uriTemplate: 'r://{id}' }],
  });
  const shown = (granted: readonly string[] | 'all') => {
    const { tools, prompts, resources, resourceTemplates } = withinScopes(manifest, granted);
    return [tools.map(({ name }) => name), prompts.length, resources.length, resourceTemplates.length];
  };

  it('a caller is shown only what their scopes allow', () => {
    expect(shown([])).toEqual([[], 0, 0, 0]);
    expect(shown(['orders:cancel'])).toEqual([[], 0, 0, 0]);
    expect(shown(['tools:read'])).toEqual([['reads'], 1, 1, 1]);
    expect(shown(['tools:write'])).toEqual([['writes'], 0, 0, 0]);
    expect(shown(['tools:write', 'tools:read'])).toEqual([['reads', 'writes'], 1, 1, 1]);
    expect(shown('all')).toEqual([['reads', 'writes'], 1, 1, 1]);
  });

  it('no scope includes another', () => {
    expect(hasScopes(['tools:write'], ['tools:read'])).toBe(false);
    expect(hasScopes(['tools:read'], ['tools:write'])).toBe(false);
    expect(hasScopes([], ['tools:read'])).toBe(false);
    expect(hasScopes('all', ['tools:write'])).toBe(true);
  });

  it('a tool that names declared scopes needs each of them beside the one of its effect, and is not shown without', () => {
    const needing = (scopes: unknown) =>
      tool('export', { readOnlyHint: true }, { _meta: { [SCOPES_META_KEY]: scopes as string } });
    expect(scopesOfTool(needing(['a', 'b']))).toEqual(['tools:read', 'a', 'b']);
    const both = viewManifest({ tools: [needing(['a', 'b']), reads] });
    const names = (granted: readonly string[]) => withinScopes(both, granted).tools.map(({ name }) => name);
    expect(names(['tools:read', 'tools:write'])).toEqual(['reads']);
    expect(names(['tools:read', 'a'])).toEqual(['reads']);
    expect(names(['a', 'b'])).toEqual([]);
    expect(names(['tools:read', 'a', 'b'])).toEqual(['export', 'reads']);
    expect(hasScopes(['tools:read', 'tools:write'], scopesOfRequest(both, needing(['a'])))).toBe(false);
  });

  it('a tool whose demand for scopes has another shape is open to no list of scopes', () => {
    for (const scopes of [7, null, {}, [7], [['a']]]) {
      const closed = tool('t', { readOnlyHint: true }, { _meta: { [SCOPES_META_KEY]: scopes as string } });
      expect(hasScopes(['tools:read', 'tools:write', 'a'], scopesOfTool(closed)), JSON.stringify(scopes)).toBe(false);
    }
  });

  it('the page of tools that all write needs tools:write; other resources need tools:read', () => {
    const page = { _meta: { ui: { resourceUri: 'ui://panel' } } };
    const panel = tool('panel', { destructiveHint: false }, page);
    expect(scopesOfRequest({ tools: [panel] }, null, 'ui://panel')).toEqual(['tools:write']);
    expect(scopesOfRequest({ tools: [panel, { ...reads, ...page }] }, null, 'ui://panel')).toEqual(['tools:read']);
    expect(scopesOfRequest({ tools: [panel] }, null, 'r://1')).toEqual(['tools:read']);
    expect(scopesOfRequest({ tools: [panel] }, panel)).toEqual(['tools:write']);
  });
});
