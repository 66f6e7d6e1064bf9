import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { v0_3 } from '@anthropic-ai/mcpb/schemas';
import { temporaryDirectory } from '@patchbay/testing';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EdgeFixture, startEdge } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  const downloadsDirectory = await temporaryDirectory('bridge');
  await writeFile(path.join(downloadsDirectory, 'bridge.mjs'), 'program');
  await writeFile(path.join(downloadsDirectory, 'bridge-licenses.txt'), 'licences');
  edge = await startEdge([], undefined, { downloadsDirectory });
});
afterAll(() => edge.close());

const visit = (target: string, headers: Record<string, string> = {}) =>
  fetch(`${edge.origin}${target}`, { redirect: 'manual', headers: { accept: 'text/html', ...headers } });
const textOf = async (target: string) => (await visit(target)).text();
const bundleAt = async (target: string) => {
  const response = await visit(target);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  return { response, files, manifest: JSON.parse(strFromU8(files['manifest.json'] ?? new Uint8Array())) };
};

describe('the connect page of a connector', () => {
  it('an unknown connector, one of an unknown organization and a numbered version have no connect page', async () => {
    const problems = await Promise.all(
      ['/acme/nothing', '/nobody/weather', '/acme/weather@3', '/acme/weather@99'].map(async (target) => {
        const response = await fetch(`${edge.origin}${target}`);
        const { requestId: _, ...problem } = (await response.json()) as Record<string, unknown>;
        return { status: response.status, problem };
      }),
    );
    expect(problems[0]).toMatchObject({ status: 404, problem: { code: 'mcp.endpoint_not_found' } });
    expect(new Set(problems.map((problem) => JSON.stringify(problem))).size).toBe(1);
  });

  it('addresses that can belong to no organization are unknown as before', async () => {
    for (const target of ['/token/weather', '/-/weather', '/api/weather', '/acme', '/acme/Weather', '/acme/we"ather']) {
      const response = await fetch(`${edge.origin}${target}`);
      const { code } = (await response.json()) as Record<string, unknown>;
      expect([target, response.status, code]).toEqual([
        target,
        404,
        expect.stringMatching(/^(edge|admin)\.not_found$/),
      ]);
    }
  });

  it('a connect page can be neither sent to nor read by pages of other sites', async () => {
    expect((await fetch(`${edge.origin}/acme/weather`, { method: 'POST' })).status).toBe(404);
    expect((await visit('/acme/weather', { origin: 'https://other.example' })).status).toBe(403);
    const { headers } = await visit('/acme/weather');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('the policy of a connect page allows exactly the script and the styles in it', async () => {
    const response = await visit('/acme/weather');
    const policy = response.headers.get('content-security-policy') ?? '';
    const page = await response.text();
    const hashes = (element: string) =>
      [...page.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))].map(
        ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
      );
    expect(policy).toContain(`script-src ${hashes('script').join(' ')};`);
    expect(policy).toContain(`style-src ${hashes('style').join(' ')};`);
    expect([hashes('script').length, hashes('style').length]).toEqual([1, 2]);
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/ (style|on[a-z]+)=/);
  });

  it('the page of a connector with sign-in shows its name and nothing that it does', async () => {
    const page = await textOf('/acme/weather');
    expect(page).toContain('Connect to Weather');
    expect(page).toContain(`${edge.origin}/acme/weather/mcp`);
    for (const word of ['harmless', 'delete_everything', 'Ask for the forecast', 'stations', 'ver_', 'con_', 'org_']) {
      expect(page).not.toContain(word);
    }
  });

  it('the steps follow from how callers authenticate', async () => {
    const signIn = await textOf('/acme/weather');
    expect(signIn).toContain('claude mcp login weather');
    expect(signIn).not.toContain('PATCHBAY_API_KEY');
    const keys = await textOf('/globex/keys');
    expect(keys).toContain('--header &#34;Authorization: Bearer YOUR_KEY&#34;');
    expect(keys).toContain('${PATCHBAY_API_KEY}');
    expect(keys).toContain('/dashboard/-/new-api-key?kind=mcp');
    expect(keys).not.toContain('claude mcp login');
    const open = await textOf('/acme/open');
    expect(open).not.toMatch(/claude mcp login|API_KEY|YOUR_KEY|sign in there/);
    expect(open).toContain('<q>harmless</q>');
  });

  it('a page that was asked for in capitals gives the canonical URL', async () => {
    const page = await textOf('/ACME/weather');
    expect(page).toContain(`${edge.origin}/acme/weather/mcp`);
    expect(page).not.toContain('/ACME/');
  });

  it('deep links carry exactly the server of the page', async () => {
    const links = [...(await textOf('/acme/weather')).matchAll(/href="((?:cursor|vscode):[^"]+)"/g)].map(
      ([, href = '']) => new URL(href.replaceAll('&#38;', '&')),
    );
    const [cursor, vsCode] = links;
    const config = Buffer.from(cursor?.searchParams.get('config') ?? '', 'base64').toString();
    expect(cursor?.searchParams.get('name')).toBe('weather');
    expect(JSON.parse(config)).toEqual({ url: `${edge.origin}/acme/weather/mcp` });
    expect(JSON.parse(decodeURIComponent(vsCode?.search.slice(1) ?? ''))).toEqual({
      name: 'weather',
      type: 'http',
      url: `${edge.origin}/acme/weather/mcp`,
    });
  });
});

describe('the MCP bundle of a connector', () => {
  it('there is no bundle for what has no connect page, nor in an installation without its program', async () => {
    for (const target of [
      '/-/connect/acme/nothing.mcpb',
      '/-/connect/nobody/weather.mcpb',
      '/-/connect/acme/weather',
    ]) {
      expect([target, (await visit(target)).status]).toEqual([target, 404]);
    }
    const bare = await startEdge([], undefined, { downloadsDirectory: await temporaryDirectory('no-bridge') });
    try {
      expect((await fetch(`${bare.origin}/-/connect/acme/weather.mcpb`)).status).toBe(404);
      expect(await (await fetch(`${bare.origin}/acme/weather`)).text()).not.toContain('.mcpb');
    } finally {
      await bare.close();
    }
  });

  it('a bundle has a manifest that the specification’s own schema accepts, the program and its licences', async () => {
    const { response, files, manifest } = await bundleAt('/-/connect/acme/weather.mcpb');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="acme-weather.mcpb"');
    expect(Object.keys(files)).toEqual(['manifest.json', 'server/index.mjs', 'server/LICENSES.txt']);
    expect(strFromU8(files['server/index.mjs'] ?? new Uint8Array())).toBe('program');
    expect(v0_3.McpbManifestSchema.safeParse({ ...manifest, unknown: 1 }).success).toBe(false);
    expect(v0_3.McpbManifestSchema.safeParse(manifest).error).toBeUndefined();
    expect(manifest.server.mcp_config.args).toEqual([
      '${__dirname}/server/index.mjs',
      `${edge.origin}/acme/weather/mcp`,
    ]);
    expect(manifest.server.mcp_config.env).toEqual({});
  });

  it('the bundle of a connector with keys asks for the key as a secret, and holds none', async () => {
    const { manifest } = await bundleAt('/-/connect/globex/keys.mcpb');
    expect(v0_3.McpbManifestSchema.safeParse(manifest).error).toBeUndefined();
    expect(manifest.user_config.api_key).toMatchObject({ sensitive: true, required: true });
    expect(manifest.server.mcp_config.env).toEqual({ PATCHBAY_API_KEY: '${user_config.api_key}' });
    expect(JSON.stringify(manifest)).not.toContain('pbk_');
  });
});
