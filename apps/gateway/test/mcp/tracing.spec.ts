import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { echoVersion, hasSandboxes, type Platform, skipUnless, startPlatform, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}
/** OTLP/HTTP in JSON, the parts that are read here. */
interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

/** Returns the protocol fields of its caller beside the arguments. */
const META_VERSION = echoVersion('one', {
  code: `
    const { McpServer } = require('@modelcontextprotocol/server');
    exports.default = () => {
      const server = new McpServer({ name: 'echo', version: '1.0.0' });
      server.registerTool('mark', { annotations: { readOnlyHint: true } }, async (ctx) => ({
        content: [{ type: 'text', text: JSON.stringify(ctx.mcpReq._meta) }],
      }));
      return server;
    };`,
});

let platform: Platform;
let collector: Server;
const spans: Span[] = [];

beforeAll(async () => {
  if (!hasSandboxes()) return;
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // a request without encoding yields buffers
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as Export;
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo; // a TCP server listens at one
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  };
  platform = await startPlatform({ environment });
}, 60_000);
afterAll(async () => {
  await platform?.stop();
  collector?.close();
});

describe('a gateway with an OpenTelemetry exporter', () => {
  it('sends a span of each call, between the caller’s and the connector’s', async () => {
    const acme = await platform.given.organization('acme');
    await platform.given.publishedVersion(await platform.given.connector(acme, 'echo'), META_VERSION);
    const key = await platform.given.apiKey(acme);
    const [traceId, parentId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const _meta = { traceparent: `00-${traceId}-${parentId}-01`, tracestate: 'vendor=1', baggage: 'user=7' };
    const { headers, body } = modernRequest('tools/call', { name: 'mark', arguments: {}, _meta });
    const response = await fetch(`${platform.origin}/acme/echo/mcp`, {
      method: 'POST',
      body,
      headers: { ...headers, authorization: `Bearer ${key}` },
    });
    const { result } = (await response.json()) as { result: { content: { text: string }[] } };

    const requestId = response.headers.get('request-id') ?? '';
    const span = await waitFor(() => spans.find((one) => attribute(one, 'patchbay.request_id') === requestId));
    expect(span).toMatchObject({ name: 'mcp tools/call', traceId, parentSpanId: parentId });
    expect(attribute(span, 'patchbay.organization_id')).toBe(acme.id);
    expect(attribute(span, 'gen_ai.tool.name')).toBe('mark');
    expect(JSON.parse(result.content[0]?.text ?? '')).toMatchObject({
      traceparent: `00-${traceId}-${span.spanId}-01`,
      tracestate: 'vendor=1',
      baggage: 'user=7',
    });
    // Durations, and no content.
    expect(span.attributes.map(({ key: name }) => name)).toContain('patchbay.step.sandbox_ms');
    expect(JSON.stringify(spans)).not.toContain(key);
  });
});

const attribute = (span: Span, name: string) => span.attributes.find(({ key }) => key === name)?.value.stringValue;
