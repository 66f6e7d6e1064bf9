import { describe, expect, it } from 'vitest';
import type { ManifestTool } from '../manifest/check-manifest.ts';
import type { ReadPage } from '../pages/read-pages.ts';
import { scanPages } from './scan-pages.ts';

const URI = 'ui://demo/chart.html';
const tool = (meta: Record<string, unknown>): ManifestTool => ({
  name: 'show',
  title: 'Show',
  inputSchema: { type: 'object' },
  _meta: meta,
});
const BOTH_KEYS = tool({ ui: { resourceUri: URI }, 'ui/resourceUri': URI });

interface Given {
  readonly html?: string;
  readonly mimeType?: string;
  readonly csp?: unknown;
}
function findingsOf({ html = '<p>', mimeType = 'text/html;profile=mcp-app', csp }: Given) {
  const meta = csp === undefined ? {} : { csp };
  const page = { uri: URI, digest: '', bytes: Buffer.byteLength(html), meta, tools: ['show'] };
  const read: ReadPage = { ok: true, page, mimeType, html };
  return scanPages({ tools: [BOTH_KEYS] }, [read]).map(({ rule, severity }) => `${severity} ${rule}`);
}

describe('the scan of pages', () => {
  it.each<[string, Given, string]>([
    ['another type', { mimeType: 'text/html' }, 'error ui_mime_type'],
    ['a type that only begins like it', { mimeType: 'text/html;profile=mcp-app;v=2' }, 'error ui_mime_type'],
    ['every origin', { csp: { connectDomains: ['*'] } }, 'error ui_csp'],
    ['every encrypted origin', { csp: { resourceDomains: ['https://*'] } }, 'error ui_csp'],
    ['every origin of a registry', { csp: { resourceDomains: ['https://*.com'] } }, 'error ui_csp'],
    ['an unencrypted origin', { csp: { connectDomains: ['http://api.example.com'] } }, 'error ui_csp'],
    [
      'an origin with a directive in it',
      { csp: { frameDomains: ["https://a.example; script-src 'self'"] } },
      'error ui_csp',
    ],
    ['scripts by socket', { csp: { resourceDomains: ['wss://a.example.com'] } }, 'error ui_csp'],
    ['a list that is none', { csp: { connectDomains: 'https://a.example.com' } }, 'error ui_csp'],
    ['all subdomains', { csp: { connectDomains: ['https://*.example.com'] } }, 'warning ui_csp'],
    ['a credential', { html: `<script>const k = 'ghp_${'a'.repeat(36)}'</script>` }, 'error ui_secret'],
    ['a script of elsewhere', { html: '<script src="https://cdn.example.com/x.js"></script>' }, 'warning ui_blocked'],
    ['a file beside it', { html: '<img src="logo.png">' }, 'warning ui_blocked'],
    ['code made from text', { html: '<script>new Function("x")</script>' }, 'warning ui_code_generation'],
    ['half a megabyte', { html: 'x'.repeat(600 * 1024) }, 'warning ui_large'],
  ])('the scan of a page finds %s', (_, given, expected) => {
    expect(findingsOf(given)).toEqual([expected]);
  });

  it('the scan of pages finds a page that is missing, an address that is no page, and one key alone', () => {
    const missing: ReadPage = { ok: false, uri: URI, tools: ['show'], reason: 'not found' };
    expect(scanPages({ tools: [BOTH_KEYS] }, [missing])).toMatchObject([{ rule: 'ui_missing', severity: 'error' }]);
    const rule = (meta: Record<string, unknown>) => scanPages({ tools: [tool(meta)] }, []).map((found) => found.rule);
    expect(rule({ ui: { resourceUri: 'https://a.example/page' } })).toEqual(['ui_scheme']);
    expect(rule({ ui: { resourceUri: URI } })).toEqual(['ui_one_key']);
    expect(rule({ 'ui/resourceUri': URI })).toEqual(['ui_one_key']);
  });

  it('the scan of pages has no finding about a page that keeps to its declarations', () => {
    const csp = {
      connectDomains: ['https://api.example.com', 'wss://live.example.com'],
      resourceDomains: ['https://cdn.example.com'],
    };
    const html = '<script src="https://cdn.example.com/x.js"></script><img src="data:image/png;base64,AA">';
    expect(findingsOf({ csp, html })).toEqual([]);
    expect(scanPages({ tools: [tool({})] }, [])).toEqual([]);
  });
});
