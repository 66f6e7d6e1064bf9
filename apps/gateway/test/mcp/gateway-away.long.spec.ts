import { setTimeout as delay } from 'node:timers/promises';
import { Client as SecondClient, StreamableHTTPClientTransport as SecondTransport } from '@modelcontextprotocol/client';
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { hasSandboxes, skipUnless, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { curiousVersion } from './sessions-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

/** As long as a gateway on a machine at its limit was seen to need for a restart. */
const AWAY_MS = 13_000;
/** Both SDKs' clients give a call up after a minute; an answer before that means that they were notified. */
const TOLD_WITHIN_MS = 50_000;
const INFO = { name: 'tests', version: '1' };
const CAPABILITIES = { elicitation: { form: {} } };

const here = withPlatform({}, async ({ given, origin }) => {
  const acme = await given.organization('acme');
  await given.live(acme, 'curious', curiousVersion('one'));
  const requestInit: RequestInit = { headers: { authorization: `Bearer ${await given.apiKey(acme)}` } };
  return { requestInit, url: new URL('/acme/curious/mcp', origin) };
});

/** One call whose stream has sent an event, and its end. */
interface Streamed {
  readonly began: Promise<void>;
  readonly ended: Promise<unknown>;
}

async function callWithFirst(name: string): Promise<Streamed> {
  const client = new FirstClient(INFO, { capabilities: CAPABILITIES });
  const { promise: began, resolve } = Promise.withResolvers<void>();
  client.setRequestHandler(ElicitRequestSchema, () => {
    resolve();
    return new Promise(() => {}); // the person never answers
  });
  client.setNotificationHandler(LoggingMessageNotificationSchema, () => resolve());
  // The client of SDK v1 declares an optional member that this repository's compiler settings take at its word.
  await client.connect(new FirstTransport(here.url, { requestInit: here.requestInit }) as never);
  await client.setLoggingLevel('info');
  return { began, ended: client.callTool({ name, arguments: {} }).catch((error: unknown) => error) };
}

async function callWithSecond(name: string): Promise<Streamed> {
  const client = new SecondClient(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode: 'legacy' } });
  const { promise: began, resolve } = Promise.withResolvers<void>();
  client.setRequestHandler('elicitation/create', () => {
    resolve();
    return new Promise(() => {}); // the person never answers
  });
  client.setNotificationHandler('notifications/message', () => resolve());
  await client.connect(new SecondTransport(here.url, { requestInit: here.requestInit }));
  await client.setLoggingLevel('info');
  return { began, ended: client.callTool({ name, arguments: {} }).catch((error: unknown) => error) };
}

describe('a gateway that is killed and stays away', () => {
  it('a gateway that is killed and stays away leaves no streamed call waiting: each gets an error', async () => {
    const calls = await Promise.all(['name', 'report'].flatMap((tool) => [callWithFirst(tool), callWithSecond(tool)]));
    await Promise.all(calls.map(({ began }) => began));
    // The row that a client comes back to is written beside the first event.
    await delay(500);
    const killedAt = performance.now();
    await here.platform.processes.gateway.end('SIGKILL');
    await delay(AWAY_MS);
    await here.platform.processes.gateway.restart();
    const outcomes = await Promise.all(calls.map(({ ended }) => ended));
    expect(performance.now() - killedAt).toBeLessThan(TOLD_WITHIN_MS);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ data: { code: 'mcp.call_lost' } });
  }, 120_000);
});
