import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface PortRange {
  readonly first: number;
  readonly count: number;
}

/** Below those that Linux gives to outgoing connections, one of which could take a port between our look and its use. */
export const PROCESS_PORTS: PortRange = { first: 20_000, count: 12_000 };

/**
 * A loopback port without a listener, for a process that needs one as an argument.
 *
 * @param range where it is taken from; processes that choose at the same time have ranges of their own
 * @throws Error when none is found
 */
export async function freePort({ first, count }: PortRange = PROCESS_PORTS): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const server = createServer().listen(first + randomInt(count), '127.0.0.1');
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
