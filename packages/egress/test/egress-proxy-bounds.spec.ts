import { connect } from 'node:net';
import { waitFor } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { withEgressProxy } from './with-egress-proxy.ts';

const here = withEgressProxy();

describe('bounds', () => {
  it('the egress proxy refuses an answer of 2 GB before its first byte', async () => {
    await here.start();
    expect(await here.ask(here.at('/huge'))).toMatchObject({
      status: 429,
      body: expect.stringContaining('egress.limit_exceeded'),
    });
  });

  it('the egress proxy refuses response headers and request headers that are too long', async () => {
    await here.start();
    expect(await here.ask(here.at('/headers'))).toMatchObject({ status: 502 });
    expect(
      await here.raw(`GET ${here.at('/')} HTTP/1.1\r\nHost: egress\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`),
    ).toMatch(/ 429 /);
  });

  it('the egress proxy refuses a request body over the bound', async () => {
    await here.start({ limits: { requestBytes: 1000 } });
    expect(await here.ask(here.at('/'), {}, 'POST', 'x'.repeat(2000))).toMatchObject({ status: 429 });
  });

  it('the egress proxy ends requests to a server that answers one byte at a time, and to a silent one', async () => {
    await here.start({ limits: { totalMs: 400, idleMs: 200, connectMs: 300 } });
    const startedAt = performance.now();
    const [drip, silent] = await Promise.all([here.ask(here.at('/drip')), here.ask(here.at('/silent'))]);
    expect(drip.body.length).toBeLessThan(20);
    expect(silent).toMatchObject({ status: 502, body: expect.stringContaining('timed out') });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('the egress proxy disconnects a sandbox that sends its headers one byte at a time', async () => {
    await here.start({ limits: { connectMs: 300 } });
    const socket = connect(here.socketPath);
    const timer = setInterval(() => socket.write('G'), 50);
    socket.write(`GET ${here.at('/')} HTTP/1.1\r\nX-`);
    socket.on('error', () => {});
    await new Promise((resolve) => socket.on('close', resolve).resume());
    clearInterval(timer);
    expect(here.seen).toEqual([]);
  });

  it('the egress proxy serves twenty requests at once and refuses the next', async () => {
    await here.start();
    const open = Promise.allSettled(Array.from({ length: 20 }, () => here.ask(here.at('/silent'))));
    await waitFor(() => here.seen.length === 20);
    expect(await here.ask(here.at('/'))).toMatchObject({ status: 429 });
    await here.stop();
    await open;
  });
});
