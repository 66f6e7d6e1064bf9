import { callTool, listTools, openSession } from '@patchbay/connector/testing';
import { describe, expect, it } from 'vitest';
import connector from '../src/index.ts';

describe('the chart connector', () => {
  it('refuses a year without sales numbers', async () => {
    expect((await callTool(connector, 'show_sales', { year: 1999 })).isError).toBe(true);
  });

  it('returns the sales as text too, for clients that show no pages', async () => {
    const result = await callTool(connector, 'show_sales', { year: 2024 });
    expect(result.structuredContent).toMatchObject({ year: 2024, months: { length: 12 } });
    expect(JSON.parse(result.text)).toEqual(result.structuredContent);
  });

  it('show_sales names its page under both keys, and the tool of its buttons is hidden from the model', async () => {
    const [load, show] = (await listTools(connector)).toSorted((a, b) => a.name.localeCompare(b.name));
    const resourceUri = 'ui://chart/chart.html';
    expect(show?._meta).toEqual({ ui: { resourceUri }, 'ui/resourceUri': resourceUri });
    expect(load?._meta).toMatchObject({ ui: { resourceUri, visibility: ['app'] } });
  });

  it('serves the chart’s page with the MIME type that hosts of MCP Apps show', async () => {
    const pages = { chart: '<!doctype html><title>Sales</title>' };
    const session = openSession(connector, { pages });
    const page = await session.readPage('show_sales');
    expect(page).toEqual({ uri: 'ui://chart/chart.html', html: pages.chart, meta: { prefersBorder: true } });
    const { contents } = await session.readResource(page.uri);
    expect(contents).toMatchObject([{ mimeType: 'text/html;profile=mcp-app' }]);
  });
});
