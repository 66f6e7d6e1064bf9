import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundleConnector, echoVersion, hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { afterAll, expect } from 'vitest';
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

const spans: Span[] = [];

let collector: Server | undefined;
afterAll(() => void collector?.close());

async function startCollector(): Promise<number> {
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // a request without encoding yields buffers
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString()) as Export;
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  return (collector.address() as AddressInfo).port; // a TCP server listens at one
}

const exporting = async () => ({
  environment: {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await startCollector()}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  },
});
const here = withPlatform(exporting, async ({ given }) => {
  const acme = await given.organization('acme');
  await given.live(acme, 'echo', echoVersion('one', bundleConnector('traced')));
  return { acme, key: await given.apiKey(acme) };
});

describe('a gateway with an OpenTelemetry exporter', () => {
  it('a gateway with OpenTelemetry sends a span of each call, between the caller’s and the connector’s', async () => {
    const [traceId, parentId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const _meta = { traceparent: `00-${traceId}-${parentId}-01`, tracestate: 'vendor=1', baggage: 'user=7' };
    const { headers, body } = modernRequest('tools/call', { name: 'mark', arguments: {}, _meta });
    const response = await fetch(`${here.platform.origin}/acme/echo/mcp`, {
      method: 'POST',
      body,
      headers: { ...headers, authorization: `Bearer ${here.key}` },
    });
    const { result } = (await response.json()) as { result: { content: { text: string }[] } };

    const requestId = response.headers.get('request-id') ?? '';
    const span = await waitFor(() => spans.find((one) => attribute(one, 'patchbay.request_id') === requestId));
    expect(span).toMatchObject({ name: 'mcp tools/call', traceId, parentSpanId: parentId });
    expect(attribute(span, 'patchbay.organization_id')).toBe(here.acme.id);
    expect(attribute(span, 'gen_ai.tool.name')).toBe('mark');
    expect(JSON.parse(result.content[0]?.text ?? '')).toMatchObject({
      traceparent: `00-${traceId}-${span.spanId}-01`,
      tracestate: 'vendor=1',
      baggage: 'user=7',
    });
    // Durations, and no content.
    expect(span.attributes.map(({ key: name }) => name)).toContain('patchbay.step.sandbox_ms');
    expect(JSON.stringify(spans)).not.toContain(here.key);
  });
});

const attribute = (span: Span, name: string) => span.attributes.find(({ key }) => key === name)?.value.stringValue;
