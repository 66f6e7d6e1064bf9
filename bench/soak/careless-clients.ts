import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { headerOf, KeepAliveCaller } from '../measuring/keep-alive-caller.ts';
import { LEGACY_INITIALIZE, legacyCall, MODERN_CALL, modernRequest } from '../measuring/requests.ts';

const MODERN_LISTEN = modernRequest('subscriptions/listen', { notifications: { toolsListChanged: true } });
const EVENTS = 'text/event-stream';

export interface CarelessClientsOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Streams that are held open without being read; a caller has eight places. */
  readonly streamsHeld: number;
  /** Connections that are left lying after one call. */
  readonly connectionsHeld: number;
}

/**
 * Clients as they are: they open streams that they never close, disconnect in the middle, and come back as a new
 * client. Each `wave` is one of every kind; streams beyond the bounds end without a message, as in reality.
 */
export class CarelessClients {
  readonly #options: CarelessClientsOptions;
  readonly #streams: Socket[] = [];
  readonly #connections: KeepAliveCaller[] = [];
  /** Status → answers, of everything that was waited for. */
  readonly statuses = new Map<number, number>();

  constructor(options: CarelessClientsOptions) {
    this.#options = options;
  }

  async wave(): Promise<void> {
    await Promise.all([
      this.#openSessionForOneCall(),
      this.#openStreamWithoutReading(),
      this.#dropListen(),
      this.#dropStreamBeforeItOpens(),
      this.#hangUpDuringCall(),
      this.#leaveConnection(),
    ]);
  }

  close(): void {
    for (const socket of this.#streams) socket.destroy();
    for (const caller of this.#connections) caller.close();
  }

  /** The session is never ended and never used again. */
  async #openSessionForOneCall(): Promise<void> {
    const caller = await this.#open();
    const session = await this.#openSession(caller);
    await this.#call(caller, caller.post(legacyCall(true).message, { ...this.#options.headers, ...session }));
    caller.close();
  }

  /** The GET stream of a session that is never read. */
  async #openStreamWithoutReading(): Promise<void> {
    const caller = await this.#open();
    const session = await this.#openSession(caller);
    caller.close();
    if (this.#streams.length >= this.#options.streamsHeld) this.#streams.shift()?.destroy();
    const socket = await this.#get(session);
    socket.pause();
    this.#streams.push(socket);
  }

  /** Gone while the gateway still looks its session up. */
  async #dropStreamBeforeItOpens(): Promise<void> {
    const caller = await this.#open();
    const session = await this.#openSession(caller);
    caller.close();
    const socket = await this.#get(session);
    socket.destroy();
  }

  /** Sends the GET of a session. */
  async #get(session: Readonly<Record<string, string>>): Promise<Socket> {
    const { url, headers } = this.#options;
    const socket = connect(Number(url.port), url.hostname);
    socket.on('error', () => {}); // the gateway may have enough of it
    const lines = [`GET ${url.pathname} HTTP/1.1`, `host: ${url.host}`, `accept: ${EVENTS}`];
    for (const [name, value] of Object.entries({ ...headers, ...session })) lines.push(`${name}: ${value}`);
    await once(socket, 'connect');
    await new Promise((resolve) => socket.write(`${lines.join('\r\n')}\r\n\r\n`, resolve));
    return socket;
  }

  /** A subscription whose client is gone as soon as it is acknowledged. */
  async #dropListen(): Promise<void> {
    const caller = await this.#open();
    await caller.firstBytes(caller.post(MODERN_LISTEN.message, this.#modern(MODERN_LISTEN.headers)));
    caller.close();
  }

  async #hangUpDuringCall(): Promise<void> {
    const caller = await this.#open();
    caller.send(caller.post(MODERN_CALL.message, this.#modern(MODERN_CALL.headers)));
    caller.close();
  }

  async #leaveConnection(): Promise<void> {
    const caller = await this.#open();
    await this.#call(caller, caller.post(MODERN_CALL.message, this.#modern(MODERN_CALL.headers)));
    if (this.#connections.length >= this.#options.connectionsHeld) this.#connections.shift()?.close();
    this.#connections.push(caller);
  }

  async #openSession(caller: KeepAliveCaller): Promise<Record<string, string>> {
    const opened = await this.#call(caller, caller.post(LEGACY_INITIALIZE.message, this.#options.headers));
    return { 'mcp-session-id': headerOf(opened, 'mcp-session-id') ?? '', 'mcp-protocol-version': '2025-11-25' };
  }

  async #call(caller: KeepAliveCaller, request: Buffer): ReturnType<KeepAliveCaller['call']> {
    const answer = await caller.call(request);
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    return answer;
  }

  #modern(headers: Readonly<Record<string, string>>): Record<string, string> {
    return { ...this.#options.headers, ...headers };
  }

  #open(): Promise<KeepAliveCaller> {
    return KeepAliveCaller.open(this.#options.url);
  }
}
