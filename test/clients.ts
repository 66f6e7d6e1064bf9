import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const INFO = { name: 'patchbay-tests', version: '1.0.0' };

/** `@modelcontextprotocol/client` 2.x pinned to revision 2026-07-28. */
export async function connectModern(url: string, apiKey: string): Promise<ModernClient> {
  const client = new ModernClient(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(
    new ModernTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${apiKey}` } } }),
  );
  return client;
}

/** `@modelcontextprotocol/sdk` 1.x, which speaks 2025-11-25. */
export async function connectLegacy(url: string, apiKey: string): Promise<LegacyClient> {
  const client = new LegacyClient(INFO);
  await client.connect(
    new LegacyTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${apiKey}` } } }),
  );
  return client;
}

/** The text of the first content item of a tool's answer. */
export function firstText(result: unknown): string {
  const content = (result as { content?: { type: string; text?: string }[] }).content;
  const item = content?.[0];
  if (item?.type !== 'text' || item.text === undefined) throw new Error(`no text in ${JSON.stringify(result)}`);
  return item.text;
}
