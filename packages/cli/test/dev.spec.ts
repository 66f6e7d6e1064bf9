import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import {
  type ClientCapabilities,
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { hasSandboxes } from '@patchbay/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jsonLines, ownDirectory, runCli, startCli } from './run-cli.ts';

const INFO = { name: 'patchbay-tests', version: '1.0.0' };
const GREET = { name: 'greet', arguments: { name: 'Ada' } };

/** A minimal project under `patchbay dev`, and what it prints. */
async function startDev(...options: string[]) {
  const cwd = await ownDirectory();
  await runCli(['init', 'greeter'], { cwd });
  const source = path.join(cwd, 'greeter/src/index.ts');
  const change = async (edit: (code: string) => string) => writeFile(source, edit(await readFile(source, 'utf8')));
  const start = async () => {
    const child = startCli(['dev', 'greeter', '--json', ...options], { cwd });
    child.stderr.resume();
    onTestFinished(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      await once(child, 'exit');
    });
    const lines = jsonLines(child);
    const next = async (event: string) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`patchbay dev ended before it reported ${event}`);
        if (value.event === event) return value;
      }
    };
    const ready = await next('ready');
    return { child, next, ready, url: new URL(String(ready.url)) };
  };
  return { change, start };
}

async function connectModern(url: URL, capabilities: ClientCapabilities = {}): Promise<ModernClient> {
  const client = new ModernClient(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities });
  await client.connect(new ModernTransport(url));
  onTestFinished(() => client.close());
  return client;
}

async function connectLegacy(url: URL): Promise<LegacyClient> {
  const client = new LegacyClient(INFO);
  await client.connect(new LegacyTransport(url));
  onTestFinished(() => client.close());
  return client;
}

describe('patchbay dev', () => {
  it('patchbay dev refuses a taken port, names it, and leaves the process that holds it alone', async () => {
    const cwd = await ownDirectory();
    await runCli(['init', 'greeter'], { cwd });
    const holder = createServer((_request, response) => response.end('mine')).listen(0, '127.0.0.1');
    await once(holder, 'listening');
    onTestFinished(() => void holder.close());
    const { port } = holder.address() as AddressInfo; // listening on a port
    const run = await runCli(['dev', 'greeter', '--plain', '--json', '--port', String(port)], { cwd });
    expect([run.code, JSON.parse(run.stderr.trimEnd().split('\n').at(-1) ?? '')]).toMatchObject([
      1,
      { error: { code: 'cli.port_in_use', why: expect.stringContaining(String(port)) } },
    ]);
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('mine');
  });

  it('answers 403 to a request for another host name or from a foreign page', async () => {
    const { start } = await startDev('--plain');
    const { url } = await start();
    const post = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
        request(url, options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end('{}');
      });
    expect(await post({ host: 'evil.example' })).toBe(403);
    expect(await post({ origin: 'https://evil.example' })).toBe(403);
    expect((await fetch(new URL('/', url))).status).toBe(404);
  });

  it('serves clients of both eras, logs their calls, and keeps the URL when a file is saved', async () => {
    const { change, start } = await startDev();
    const { child, next, ready, url } = await start();
    expect(ready.tools).toEqual(['greet']);
    const [modern, legacy] = [await connectModern(url), await connectLegacy(url)];
    expect((await modern.listTools()).tools.map((tool) => tool.name)).toEqual(['greet']);
    expect((await legacy.listTools()).tools.map((tool) => tool.name)).toEqual(['greet']);
    expect(await modern.callTool(GREET)).toMatchObject({ content: [{ text: 'Hello, Ada!' }] });
    expect(await legacy.callTool(GREET)).toMatchObject({ content: [{ text: 'Hello, Ada!' }] });
    expect(await next('log')).toMatchObject({ level: 'info', source: 'connector', requestId: expect.any(String) });

    await change((code) => code.replace('Hello', 'Good day'));
    await next('reloaded');
    expect(await modern.callTool(GREET)).toMatchObject({ content: [{ text: 'Good day, Ada!' }] });

    await change((code) => `${code}\nconst = ;`);
    expect(await next('failed')).toMatchObject({
      error: { code: 'cli.build_failed', why: expect.stringMatching(/src\/index\.ts:\d+/) },
    });
    expect(await legacy.callTool(GREET)).toMatchObject({ content: [{ text: 'Good day, Ada!' }] });

    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('a call under patchbay dev has a deadline, a client and an idempotency key, as on the platform', async () => {
    const { change, start } = await startDev('--plain');
    const probe = `
      look: tool({
        description: 'Returns the context of its call.',
        readOnly: true,
        output: z.object({ client: z.any(), idempotencyKey: z.string(), asks: z.any() }),
        run: (_args, { client, idempotencyKey, mcp }) =>
          ({ client, idempotencyKey, asks: mcp.mcpReq.envelope['io.modelcontextprotocol/clientCapabilities'] }),
      }),
      hurry: tool({
        description: 'Takes longer than it asks for.',
        readOnly: true,
        timeoutMs: 1_000,
        run: (_args, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'))),
      }),`;
    await change((code) => code.replace('tools: {', `tools: {${probe}`));
    const { url } = await start();
    const client = await connectModern(url, { elicitation: { form: {} } });
    const { structuredContent } = await client.callTool({ name: 'look', arguments: {} });
    expect(structuredContent).toEqual({
      client: INFO,
      idempotencyKey: expect.stringMatching(/^ivk_/),
      asks: expect.objectContaining({ elicitation: { form: {} } }),
    });
    await expect(client.callTool({ name: 'hurry', arguments: {} })).rejects.toMatchObject({
      data: expect.objectContaining({ code: 'sandbox.deadline_exceeded', outcome: 'nothing_changed' }),
    });
  });

  it('patchbay dev isolates the connector wherever this machine has sandboxes', async () => {
    const { start } = await startDev();
    expect((await start()).ready.isolated).toBe(hasSandboxes());
  });

  it('patchbay dev --plain reports that isolation is off', async () => {
    const { start } = await startDev('--plain');
    const { ready, url } = await start();
    expect(ready.isolated).toBe(false);
    expect(await (await connectModern(url)).callTool(GREET)).toMatchObject({ content: [{ text: 'Hello, Ada!' }] });
  });
});
