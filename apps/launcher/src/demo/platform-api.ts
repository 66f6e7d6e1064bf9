import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { AppError } from '@patchbay/foundation';

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * The gateway's public API as a browser would use it: one session cookie, `Origin` on everything. Connects to the local
 * port whatever the origin's name resolves to, so that a first start works before DNS does.
 */
export class PlatformApi {
  readonly #origin: string;
  readonly #port: number;
  #cookies = new Map<string, string>();

  constructor(origin: string, port: number) {
    this.#origin = origin;
    this.#port = port;
  }

  /** `bearer` replaces the session. Resolves for every status; rejects when nothing answers. */
  async send(method: 'GET' | 'POST', path: string, body?: unknown, bearer?: string): Promise<ApiAnswer> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await new Promise<{ status: number; text: string; cookies: readonly string[] }>(
      (resolve, reject) => {
        const outgoing = request(
          {
            host: 'localhost',
            port: this.#port,
            method,
            path,
            headers: {
              host: new URL(this.#origin).host,
              origin: this.#origin,
              accept: 'application/json',
              ...(payload !== undefined && { 'content-type': 'application/json' }),
              ...(bearer !== undefined ? { authorization: `Bearer ${bearer}` } : cookie !== '' && { cookie }),
            },
            timeout: 30_000,
          },
          (incoming) => {
            buffer(incoming).then(
              (bytes) =>
                resolve({
                  status: incoming.statusCode ?? 0,
                  text: bytes.toString(),
                  cookies: incoming.headers['set-cookie'] ?? [],
                }),
              reject,
            );
          },
        );
        outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path} was not answered within 30 s`)));
        outgoing.on('error', reject);
        outgoing.end(payload);
      },
    );
    for (const text of answer.cookies) this.#keepCookie(text);
    return { status: answer.status, body: parse(answer.text) };
  }

  /** The same, where any other status than success is a failure. @throws AppError start.seed_failed */
  async must(what: string, ...call: Parameters<PlatformApi['send']>): Promise<unknown> {
    const answer = await this.send(...call);
    if (answer.status < 300) return answer.body;
    throw seedFailed(what, answer);
  }

  #keepCookie(text: string): void {
    const [pair = ''] = text.split(';', 1);
    const at = pair.indexOf('=');
    if (at > 0) this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

export function seedFailed(what: string, answer: ApiAnswer): AppError {
  const answered = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  return new AppError('start.seed_failed', {
    detail: `${what} was answered ${answer.status}: ${answered.slice(0, 500)}`,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
