import type { Readable } from 'node:stream';
import { MODERN_REVISION } from '@patchbay/mcp';
import type { FastifyRequest } from 'fastify';
import { StepTimer } from '../../telemetry/step-timer.ts';
import type { Access } from './access.ts';

export const SESSION_HEADER = 'mcp-session-id';

/** A request as it is known before its body. */
export class RequestHead {
  readonly #request: FastifyRequest;
  readonly steps: StepTimer;

  constructor(request: FastifyRequest) {
    this.#request = request;
    this.steps = new StepTimer(request.arrivedAtMs);
  }

  get requestId(): string {
    return this.#request.id;
  }

  get method(): string {
    return this.#request.method;
  }

  /** The path as it was received: not decoded, without the query. */
  get path(): string {
    return (this.#request.raw.url ?? '').split('?', 1).join('');
  }

  get authorization(): string | undefined {
    return this.#request.headers.authorization;
  }

  get address(): string {
    return this.#request.clientAddress;
  }

  /** Length in bytes; undefined without a Content-Length. */
  get bytesAnnounced(): number | undefined {
    const length = this.#request.headers['content-length'];
    return length === undefined ? undefined : Number(length);
  }

  /** Whether the body is declared as JSON; a request without any body needs no declaration. @see RFC 9110 §8.3 */
  get isJson(): boolean {
    const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = this.#request.headers;
    if (type === undefined) return (length === undefined || length === '0') && encoding === undefined;
    return /^\s*application\/json\s*(;|$)/i.test(type);
  }

  /** Unread. */
  get body(): Readable {
    return this.#request.raw;
  }

  /** A header by its name in any case. Node joins most repeated headers; joined values agree with nothing, which is right. */
  header(name: string): string | undefined {
    const value = this.#request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** The session of a client of 2025, by the id it names; 2026-07-28 has none, whatever its headers contain. */
  get sessionId(): string | undefined {
    return this.header(SESSION_HEADER);
  }

  /** Whether the client reads text/event-stream. */
  get acceptsEvents(): boolean {
    const accept = this.#request.headers.accept;
    return accept === undefined || accept.includes('text/event-stream') || accept.includes('*/*');
  }

  /**
   * Whether a request of this method is served at all: messages by POST, and of a 2025 session also GET, which listens or
   * resumes, and DELETE, which ends it.
   */
  get isServed(): boolean {
    if (this.method === 'POST') return true;
    if (this.sessionId === undefined || this.header('mcp-protocol-version') === MODERN_REVISION) return false;
    return this.method === 'DELETE' || (this.method === 'GET' && this.acceptsEvents);
  }
}

/** A request whose caller is known. */
export interface AuthenticatedRequest<Known extends Access = Access> {
  readonly head: RequestHead;
  readonly access: Known;
  /** Looks access up again, for answers that last. */
  reauthorize(): Promise<Known>;
}
