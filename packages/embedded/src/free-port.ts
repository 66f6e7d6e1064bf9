import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that Linux gives to outgoing connections, one of which could take a port between our look and its use. */
const FIRST = 20_000;
const COUNT = 12_000;

/** A loopback port without a listener, for a process that needs one as an argument. @throws Error when none is found */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const server = createServer().listen(FIRST + randomInt(COUNT), '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    const address = server.address();
    await once(server.close(), 'close');
    if (address !== null && typeof address === 'object') return address.port;
  }
  throw new Error('no loopback port was found that is free');
}
