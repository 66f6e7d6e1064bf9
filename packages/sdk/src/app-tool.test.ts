import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appTool } from './app-tool.ts';
import { defineConnector } from './define-connector.ts';
import { openSession } from './testing.ts';

const base = { title: 'Show', description: 'Shows.', readOnly: true } as const;
const connectorOf = (...uis: Parameters<typeof appTool>[0]['ui'][]) =>
  defineConnector({
    name: 'demo',
    tools: Object.fromEntries(uis.map((ui, index) => [`show_${index}`, appTool({ ...base, ui, run: () => 'shown' })])),
  });

describe('appTool', () => {
  it.each(['', 'Chart', '../secret', 'a/b', 'chart.html'])('refuses %j as the name of a page', (page) => {
    expect(() => appTool({ ...base, ui: page, run: () => '' })).toThrow('src/ui/chart.html');
  });

  it('refuses a tool with a page that does not declare its effect', () => {
    // @ts-expect-error one of readOnly and destructive is required
    expect(() => appTool({ description: 'd', ui: 'chart', run: () => '' })).toThrow('exactly one of');
  });

  it('refuses two tools that set different fields for one page', () => {
    const connector = connectorOf({ page: 'chart', domain: 'a.example' }, { page: 'chart', domain: 'b.example' });
    expect(() => connector.createServer(() => '')).toThrow('tools.show_1');
  });

  it('refuses to serve a connector without the page of its tool, and names the page’s file', () => {
    expect(() => connectorOf('chart').createServer()).toThrow('src/ui/chart.html');
  });

  it('serves one page for all tools that show it, with the fields that one of them sets', async () => {
    const csp = { connectDomains: ['https://api.example.com'] };
    const connector = connectorOf('chart', { page: 'chart', csp, permissions: ['clipboardWrite'] });
    const page = await openSession(connector, { pages: { chart: '<p>' } }).readPage('show_0');
    expect(page).toEqual({
      uri: 'ui://demo/chart.html',
      html: '<p>',
      meta: { csp, permissions: { clipboardWrite: {} } },
    });
  });

  it('a tool with a page has a text in every answer, also where run returns none', async () => {
    const answers = {
      image: { content: [{ type: 'image' as const, data: '', mimeType: 'image/png' }] },
      structured: { content: [], structuredContent: { a: 1 } },
      text: { content: [{ type: 'text' as const, text: 'said' }] },
    };
    const connector = defineConnector({
      name: 'demo',
      tools: {
        show: appTool({
          ...base,
          ui: 'chart',
          input: z.object({ kind: z.enum(['image', 'structured', 'text']) }),
          run: ({ kind }) => answers[kind],
        }),
      },
    });
    const textOf = async (kind: string) => (await openSession(connector).callTool('show', { kind })).text.trim();
    expect(await textOf('image')).toBe('Show');
    expect(await textOf('structured')).toBe('{"a":1}');
    expect(await textOf('text')).toBe('said');
  });
});
