import type { ReadyFile } from './installation.ts';

/** Functions that a full disk stops first, last, and not at all: one check each. */
const TIMEOUT_MS = 20_000;

/** A call of the demo's tool. */
export async function callDemo(ready: ReadyFile): Promise<{ status: number; text: string }> {
  const response = await fetch(ready.mcpUrl, {
    method: 'POST',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      authorization: `Bearer ${ready.mcpApiKey}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'best_months', arguments: { city: 'Lisbon' } },
    }),
  });
  return { status: response.status, text: await response.text() };
}

/** An upload that is refused before it is inspected, or accepted and failed by the deploy. */
export async function uploadNothing(ready: ReadyFile): Promise<{ status: number; body: { code?: string } }> {
  const response = await fetch(`${ready.apiUrl}/organizations/demo/connectors/other/versions?create=true`, {
    method: 'POST',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/gzip' },
    body: Buffer.alloc(1024, 'x'),
  });
  return { status: response.status, body: (await response.json()) as { code?: string } };
}

export async function readDisk(internalPort: number) {
  const response = await fetch(`http://127.0.0.1:${internalPort}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const health = (await response.json()) as {
    state: string;
    checks: { disk: { state: string; reasons: string[] } };
  };
  return { status: response.status, process: health.state, ...health.checks.disk };
}
