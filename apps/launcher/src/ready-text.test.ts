import { describe, expect, it } from 'vitest';
import { curlLine, readyText } from './ready-text.ts';

const ready = {
  origin: 'http://localhost:4000',
  apiUrl: 'http://localhost:4000/api/v1',
  dashboardUrl: 'http://localhost:4000/dashboard',
  mcpUrl: 'http://localhost:4000/demo/weather/mcp',
  organization: 'demo',
  apiKey: 'pbk_admin_key',
  mcpApiKey: 'pbk_mcp_key',
  signIn: { email: 'owner@demo.example', password: 'a-password' },
  processes: { gateway: 1 },
  sharedDirectory: '/s',
};

describe('what a person sees when everything answers', () => {
  it('the start message names dashboard, sign-in, MCP URL and API key, and never the administrative key', () => {
    const text = readyText(ready, []);
    for (const part of [ready.dashboardUrl, ready.signIn.email, 'a-password', ready.mcpUrl, 'pbk_mcp_key']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('Patchbay is ready');
    expect(text).not.toContain('pbk_admin_key');
  });

  it('the start message names the page with steps for each client', () => {
    expect(readyText(ready, [])).toMatch(/ http:\S+[^/p] {2}\(steps for each client\)/);
  });

  it('the start message names the documentation of this version', () => {
    expect(readyText(ready, [])).toContain(`${ready.origin}/-/docs/\n`);
  });

  it('the start message names the missing features of this installation', () => {
    expect(readyText(ready, ['there is no Redis (not installed).'])).toContain('Note: there is no Redis');
  });

  it('the start message shows no demo in production', () => {
    const production = { ...ready, mcpUrl: null, organization: null, apiKey: null, mcpApiKey: null, signIn: null };
    expect(readyText(production, [])).not.toMatch(/curl|Sign in|null/);
  });

  it('the start message gives the line that calls a tool a line of its own, quoted for a shell', () => {
    const line = readyText(ready, [])
      .split('\n')
      .find((text) => text.startsWith('curl '));
    expect(line).toBe(curlLine(ready.mcpUrl, ready.mcpApiKey));
    expect(line?.split("'")).toHaveLength(11); // five quoted arguments
    const body = JSON.parse(line?.match(/-d '(.*)'$/)?.[1] ?? '');
    expect(body).toMatchObject({ jsonrpc: '2.0', method: 'tools/call', params: { name: 'best_months' } });
  });
});
