import { readFile } from 'node:fs/promises';
import { type GivenVersion, hasSandboxes, type Platform, skipUnless, startPlatform, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { dropStreams } from './dropped-streams.ts';
import { readingTool } from './one-endpoint.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

/** Reports progress, takes its time, and answers with the text it was given. */
const TELLING: GivenVersion = {
  code: `
    const { McpServer } = require('@modelcontextprotocol/server');
    const { z } = require('zod');
    exports.default = () => {
      const server = new McpServer({ name: 'telling', version: '1.0.0' });
      const config = { inputSchema: z.object({ text: z.string() }), annotations: { readOnlyHint: true } };
      server.registerTool('tell', config, async ({ text }, ctx) => {
        const { progressToken } = ctx.mcpReq._meta ?? {};
        await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { content: [{ type: 'text', text }] };
      });
      return server;
    };`,
  packages: ['@modelcontextprotocol/server', 'zod'],
  manifest: {
    manifestVersion: 1,
    sdk: 'v2',
    server: { name: 'telling', version: '1.0.0' },
    capabilities: { tools: {} },
    tools: [readingTool('tell')],
    prompts: [],
    resources: [],
    resourceTemplates: [],
    egress: [],
  },
};
const STORM = { streams: 10_000, parallel: 250 };
const MIB = 1024 * 1024;

let platform: Platform;
let url: string;
let headers: Record<string, string>;
beforeAll(async () => {
  if (!hasSandboxes()) return;
  platform = await startPlatform();
  const acme = await platform.given.organization('acme');
  await platform.given.publishedVersion(await platform.given.connector(acme, 'telling'), TELLING);
  headers = { authorization: `Bearer ${await platform.given.apiKey(acme)}` };
  url = `${platform.origin}/acme/telling/mcp`;
}, 60_000);
afterAll(() => platform?.stop());

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${platform.internalUrl}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
};
/** Bytes of memory the process holds. */
const memoryOf = async (pid: number): Promise<number> =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024;
const quiet = () => waitFor(async () => (await metric('patchbay_calls_in_flight')) === 0, { deadlineMs: 60_000 });

describe('ten thousand streams, most of them dropped', () => {
  it('leave the gateway as they found it, and give no caller another one’s answer', async () => {
    const { gateway, supervisor } = platform.processes;
    const before = [gateway.pid, supervisor?.pid];
    // The first two storms fill what is kept for good reason: compiled code, caches, pools, the heap's young generation.
    for (const _storm of [1, 2]) {
      expect((await dropStreams({ url, headers, ...STORM })).wrong).toEqual([]);
      await quiet();
    }
    const memory = await memoryOf(gateway.pid);
    const third = await dropStreams({ url, headers, ...STORM });
    expect(third).toEqual({ opened: STORM.streams, wrong: [] });
    await quiet();
    expect((await memoryOf(gateway.pid)) - memory).toBeLessThan(64 * MIB);
    expect([gateway.pid, supervisor?.pid]).toEqual(before);
    expect(await metric('patchbay_sandbox_crashes_total')).toBe(0);
  }, 300_000);
});
