import { type AddressInfo, createServer } from 'node:net';
import { newId } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../src/database/index.ts';

/** A server at PostgreSQL's port that does not serve yet: the start-up message is refused with a SQLSTATE. */
async function refusingServer(state: string) {
  const fields = ['SFATAL', 'VFATAL', `C${state}`, 'Mthe database system is starting up', ''].join('\0');
  const body = Buffer.from(`${fields}\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(Buffer.concat([head, body])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return { url: `postgresql://app:x@127.0.0.1:${port}/x?sslmode=disable`, close: () => server.close() };
}

describe('a database that refuses connections', () => {
  it.each(['57P01', '57P02', '57P03', '57P04', '57P05', '53300', '53100', '53200', '08006', '08P01'])(
    'a refusal with SQLSTATE %s is data.unavailable for transactions, look-ups and health',
    async (state) => {
      const server = await refusingServer(state);
      const database = createDatabase({ url: server.url, poolSizeMax: 2 });
      const unavailable = { code: 'data.unavailable', retryAfterSeconds: 2 };
      const scope = { organizationId: newId('organization') };
      await expect(database.withOrganization(scope, async () => 'never')).rejects.toMatchObject(unavailable);
      await expect(database.lookups.findOrganization('acme')).rejects.toMatchObject(unavailable);
      await expect(database.ping()).rejects.toMatchObject(unavailable);
      await database.close();
      server.close();
    },
  );

  it('a refusal with SQLSTATE 28P01, a wrong password, is not reported as data.unavailable', async () => {
    const server = await refusingServer('28P01');
    const database = createDatabase({ url: server.url, poolSizeMax: 2 });
    await expect(database.ping()).rejects.not.toMatchObject({ code: 'data.unavailable' });
    await database.close();
    server.close();
  });
});
