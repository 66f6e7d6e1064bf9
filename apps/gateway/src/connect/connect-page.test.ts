import { describe, expect, it } from 'vitest';
import { renderConnectPage } from './connect-page.ts';
import type { ConnectSubject } from './subject.ts';

const subject = (change: Partial<ConnectSubject> = {}): ConnectSubject => ({
  origin: 'https://patchbay.example.com',
  url: 'https://patchbay.example.com/acme/weather/mcp',
  title: 'Weather',
  organization: 'acme',
  serverName: 'weather',
  authMode: 'oauth',
  bundlePath: null,
  tools: [],
  ...change,
});

/** Names of the clients in the order of the page, the opened one marked. */
const clientsOf = (html: string) =>
  [...html.matchAll(/<details name="client"( open)?>\s*<summary><h3>([^<]+)/g)].map(
    ([, open = '', name = '']) => `${name}${open}`,
  );

describe('the connect page', () => {
  it('texts of authors are shown as text', () => {
    const hostile = '</code><script>alert(1)</script>"\'&';
    const html = renderConnectPage(subject({ title: hostile, tools: [hostile], authMode: 'none' }));
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('&#60;script&#62;');
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  it('a client that cannot connect comes last, with the reason and without steps', () => {
    const local = renderConnectPage(subject({ origin: 'http://localhost:4000' }));
    expect(clientsOf(local)).toEqual(['Claude Code open', 'Cursor', 'VS Code', 'Claude', 'Messages API']);
    expect(local).toContain('Anthropic’s cloud');
    expect(local).not.toContain('Add custom connector');
    const keys = renderConnectPage(subject({ authMode: 'api_key' }));
    expect(clientsOf(keys)).toEqual(['Claude Code open', 'Cursor', 'VS Code', 'Messages API', 'Claude']);
    expect(keys).toContain('sends no API keys');
  });

  it('Claude comes first where it can connect, and the bundle where one is served', () => {
    const html = renderConnectPage(subject({ bundlePath: '/-/connect/acme/weather.mcpb' }));
    expect(clientsOf(html)).toEqual([
      'Claude open',
      'Claude Code',
      'Cursor',
      'VS Code',
      'Desktop extension',
      'Messages API',
    ]);
    expect(html).toContain('href="/-/connect/acme/weather.mcpb"');
  });

  it('every copy button has a name and is hidden until the script shows it', () => {
    const buttons = renderConnectPage(subject()).match(/<button[^>]*>/g) ?? [];
    expect(buttons.length).toBeGreaterThan(5);
    for (const button of buttons) expect(button).toMatch(/aria-label="Copy [^"]+" hidden>$/);
  });
});
