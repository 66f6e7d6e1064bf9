import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Answered, Asked, Fault } from './fault.ts';

/** Names the faults of a request, and its run. The sound server sees neither. */
export const FAULTS_HEADER = 'x-test-faults';
export const RUN_HEADER = 'x-test-run';

/** A reverse proxy before a sound server, which knows nothing of it. */
export class FaultProxy {
  readonly #server: Server;
  readonly #faults: ReadonlyMap<string, Fault>;
  readonly #runs = new Map<string, Map<string, number>>();
  /** Where the sound server listens. */
  target = '';

  private constructor(server: Server, faults: readonly Fault[]) {
    this.#server = server;
    this.#faults = new Map(faults.map((fault) => [fault.name, fault]));
    server.on('request', (received: IncomingMessage, response: ServerResponse) => {
      this.#forward(received, response).catch(() => response.destroy());
    });
  }

  static async listen(port: number, faults: readonly Fault[]): Promise<FaultProxy> {
    const server = createServer().listen(port, 'localhost');
    await once(server, 'listening');
    return new FaultProxy(server, faults);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #forward(received: IncomingMessage, response: ServerResponse): Promise<void> {
    const { [FAULTS_HEADER]: names = '', [RUN_HEADER]: run = '', ...headers } = received.headers;
    const body = await readText(received);
    const asked = this.#asked(received, body, String(run));
    const faults = String(names)
      .split(',')
      .flatMap((name) => this.#faults.get(decodeURIComponent(name)) ?? [])
      .filter((fault) => fault.at(asked));
    if (faults.some(({ change }) => change === 'silent')) return;
    // A stream that a client opens to listen has no end to wait for.
    const isStream = received.method === 'GET' && faults.length === 0;
    const sent = request(`${this.target}${received.url}`, {
      method: received.method ?? 'GET',
      headers: { ...headers, 'x-forwarded-for': addressOf(String(run)) },
    });
    sent.end(body);
    response.on('close', () => sent.destroy());
    const [message] = (await once(sent, 'response')) as [IncomingMessage];
    if (isStream) {
      response.writeHead(message.statusCode ?? 502, message.headers);
      response.flushHeaders();
      message.pipe(response);
      return;
    }
    const answer: Answered = {
      status: message.statusCode ?? 502,
      headers: answerHeaders(message),
      // A stream that listens is replaced as a whole.
      body: received.method === 'GET' && isEventStream(message) ? '' : await readText(message),
    };
    for (const { change } of faults) if (change !== 'silent') change(answer, asked);
    response.writeHead(answer.status, answer.headers as Record<string, string>);
    if (answer.isOpen) response.write(answer.body);
    else response.end(answer.body);
  }

  #asked({ method = 'GET', url = '/', headers }: IncomingMessage, body: string, run: string): Asked {
    const counts = this.#runs.get(run) ?? new Map<string, number>();
    this.#runs.set(run, counts);
    const isJson = String(headers['content-type']).includes('json');
    return {
      method,
      headers,
      body,
      path: url,
      rpc: isJson ? methodOf(body) : undefined,
      form: new URLSearchParams(isJson ? '' : body),
      run: counts,
      count(name) {
        const next = (counts.get(name) ?? 0) + 1;
        counts.set(name, next);
        return next;
      },
    };
  }
}

const isEventStream = ({ headers }: IncomingMessage): boolean =>
  String(headers['content-type']).includes('event-stream');

/** Without what belongs to the connection, or to the length of a body that may change. */
function answerHeaders({ headers }: IncomingMessage): Answered['headers'] {
  const {
    connection: _connection,
    'keep-alive': _alive,
    'transfer-encoding': _encoding,
    'content-length': _length,
    ...rest
  } = headers;
  return rest as Answered['headers'];
}

function methodOf(body: string): string | undefined {
  try {
    return JSON.parse(body).method;
  } catch {
    return undefined;
  }
}

/** One address per run, so that runs share no budget of an address. */
function addressOf(run: string): string {
  const number = Number(run) || 0;
  return `203.0.${113 + Math.floor(number / 200)}.${1 + (number % 200)}`;
}
