import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventWriter } from '../../src/streams/event-writer.ts';

const MIB = 1024 * 1024;
const server = createServer((_request, response) => server.emit('stream', response));

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A connection that reads nothing until asked to. */
async function open(): Promise<{ socket: Socket; response: ServerResponse }> {
  const arrived = once(server, 'stream');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1'); // a TCP server has an address
  socket.pause();
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [response] = (await arrived) as [ServerResponse]; // what the server above emits
  return { socket, response };
}

const writerOf = (response: ServerResponse, unreadBytesMax: number, writeDeadlineMs?: number) =>
  new EventWriter(response, { headers: () => ({}), unreadBytesMax, ...(writeDeadlineMs && { writeDeadlineMs }) });
const data = 'x'.repeat(MIB);

describe('a stream of events', () => {
  it('a stream of events is closed when its reader leaves more unread than it may', async () => {
    const { response } = await open();
    const closed = once(response, 'close');
    const writer = writerOf(response, 4 * MIB);
    for (let count = 0; count < 64 && !response.destroyed; count += 1) writer.write(data);
    await closed;
    expect(response.destroyed).toBe(true);
    expect(() => writer.write(data)).not.toThrow();
  });

  it('a stream of events is closed when its reader takes nothing within the deadline', async () => {
    const { response } = await open();
    const closed = once(response, 'close');
    const writer = writerOf(response, 256 * MIB, 200);
    for (let count = 0; count < 32; count += 1) writer.write(data);
    expect(response.destroyed).toBe(false);
    await closed;
  });

  it('a stream of events outlives the deadline when it has no events, and when its reader is slow', async () => {
    const { socket, response } = await open();
    const writer = writerOf(response, 256 * MIB, 1_000);
    writer.write(': open\n\n');
    // Nothing happens for more than twice the deadline, which no event marks.
    await delay(2_100);
    expect(response.destroyed).toBe(false);
    for (let count = 0; count < 12; count += 1) writer.write(data);
    writer.end();
    let received = 0;
    const reading = setInterval(() => {
      received += (socket.read() as Buffer | null)?.length ?? 0; // no encoding is set
    }, 5);
    await expect.poll(() => received, { timeout: 30_000 }).toBeGreaterThan(12 * MIB);
    clearInterval(reading);
    socket.destroy();
  });
});
