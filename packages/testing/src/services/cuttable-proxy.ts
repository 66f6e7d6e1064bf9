import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy before a database, which a test takes away: a line that falls silent, or a server that is not there. */
export class CuttableProxy {
  /** The database's URL through this proxy. */
  readonly url: string;
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #isRefusing = false;
  #endsAt: string | null = null;

  private constructor(databaseUrl: string, server: Server) {
    this.#target = new URL(databaseUrl);
    this.#server = server;
    this.url = this.through(databaseUrl);
    server.on('connection', (client: Socket) => this.#accept(client));
  }

  static async start(databaseUrl: string): Promise<CuttableProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttableProxy(databaseUrl, server);
  }

  /** Another URL of the same server (another role) through this proxy. */
  through(databaseUrl: string): string {
    const url = new URL(databaseUrl);
    url.hostname = '127.0.0.1';
    // It listens, so it has an address with a port.
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** Stops forwarding without closing anything: what a dropped line looks like from both ends. */
  cut(): void {
    this.#isCut = true;
  }

  /** Ends every connection and every new one at once, as while the server restarts. */
  refuse(): void {
    this.#isRefusing = true;
    this.#destroyAll();
  }

  /** Ends a connection when its client sends this text, once, in place of passing it on: a loss at a chosen statement. */
  endAt(text: string): void {
    this.#endsAt = text;
  }

  mend(): void {
    this.#isCut = false;
    this.#isRefusing = false;
    this.#destroyAll(); // connections that lost bytes cannot continue
  }

  async close(): Promise<void> {
    this.#destroyAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    this.#forward(client, upstream, (bytes) => this.#endsHere(bytes));
    this.#forward(upstream, client, () => false);
  }

  /** @param endsHere whether these bytes end the connection in place of being passed on */
  #forward(from: Socket, to: Socket, endsHere: (bytes: Buffer) => boolean): void {
    this.#sockets.add(from);
    // While cut, bytes are swallowed: no FIN, no RST, no answer.
    from.on('data', (bytes: Buffer) => {
      if (endsHere(bytes)) from.destroy();
      else if (!this.#isCut) to.write(bytes);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!this.#isCut) to.destroy();
    });
  }

  #endsHere(bytes: Buffer): boolean {
    if (this.#endsAt === null || !bytes.includes(this.#endsAt)) return false;
    this.#endsAt = null;
    return true;
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
