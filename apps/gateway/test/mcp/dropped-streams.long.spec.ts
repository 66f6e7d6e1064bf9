import { readFile } from 'node:fs/promises';
import { bundleConnector, type GivenVersion, hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { dropStreams } from './dropped-streams.ts';
import { readingTool } from './one-endpoint.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

/** A version of the test connector `telling`, which reports progress before it answers. */
const TELLING: GivenVersion = {
  ...bundleConnector('telling'),
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

const here = withPlatform({}, async ({ given, origin }) => {
  const acme = await given.organization('acme');
  await given.live(acme, 'telling', TELLING);
  const headers: Record<string, string> = { authorization: `Bearer ${await given.apiKey(acme)}` };
  return { headers, url: `${origin}/acme/telling/mcp` };
});

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${here.platform.internalUrl}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
};
/** Bytes of memory the process holds. */
const memoryOf = async (pid: number): Promise<number> =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024;
const quiet = () => waitFor(async () => (await metric('patchbay_calls_in_flight')) === 0, { deadlineMs: 60_000 });

describe('ten thousand streams, most of them dropped', () => {
  it('ten thousand dropped streams leave the gateway as it was, and give no caller another one’s answer', async () => {
    const { gateway, supervisor } = here.platform.processes;
    const before = [gateway.pid, supervisor?.pid];
    // The first two storms fill what is kept for good reason: compiled code, caches, pools, the heap's young generation.
    for (const _storm of [1, 2]) {
      expect((await dropStreams({ url: here.url, headers: here.headers, ...STORM })).wrong).toEqual([]);
      await quiet();
    }
    const memory = await memoryOf(gateway.pid);
    const third = await dropStreams({ url: here.url, headers: here.headers, ...STORM });
    expect(third).toEqual({ opened: STORM.streams, wrong: [] });
    await quiet();
    expect((await memoryOf(gateway.pid)) - memory).toBeLessThan(64 * MIB);
    expect([gateway.pid, supervisor?.pid]).toEqual(before);
    expect(await metric('patchbay_sandbox_crashes_total')).toBe(0);
  }, 300_000);
});
