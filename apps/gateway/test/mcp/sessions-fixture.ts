import { bundleConnector, fetchAt, type GivenVersion } from '@patchbay/testing';
import { legacyRequest } from '../edge-fixture.ts';

const tool = (name: string) => ({
  name,
  title: name,
  description: name,
  annotations: { readOnlyHint: true },
  inputSchema: { type: 'object' },
});

/** A version of the test connector `curious`, which asks; `more` are tools that only its manifest has. */
export function curiousVersion(mark: string, more: readonly string[] = []): GivenVersion {
  const names = ['name', 'think', 'say', 'slow', 'report', 'announce', 'stateful', ...more];
  return {
    ...bundleConnector('curious', mark),
    manifest: {
      manifestVersion: 1,
      sdk: 'v2',
      server: { name: 'curious', version: '1.0.0' },
      capabilities: { tools: {}, logging: {} },
      tools: names.map(tool),
      prompts: [],
      resources: [],
      resourceTemplates: [],
      egress: [],
    },
  };
}

export interface SseEvent {
  readonly id: string | undefined;
  readonly message: {
    id?: unknown;
    method?: string;
    result?: { content?: { text: string }[] };
    error?: unknown;
  } | null;
}

/** Events of a stream as they arrive. Ends with the stream, or without a word when it is cut. */
export async function* eventsOf(response: Response): AsyncGenerator<SseEvent> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        if (part.startsWith(':')) continue;
        const data = /^data: ?(.*)$/m.exec(part)?.[1] ?? '';
        yield { id: /^id: (.+)$/m.exec(part)?.[1], message: data === '' ? null : JSON.parse(data) };
      }
    }
  } catch {
    // Cut: there is nothing more to read.
  }
}

/** A client of 2025 that does everything by hand, so that a test can lose its connections when it wants to. */
export class RawClient {
  readonly #url: string;
  readonly #key: string;
  readonly #host: string | undefined;
  id = '';

  /** `host`: the name of the installation, where the URL is of one of several gateways. */
  constructor(url: string, key: string, host?: string) {
    this.#url = url;
    this.#key = key;
    this.#host = host;
  }

  async initialize(capabilities = {}): Promise<this> {
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'raw', version: '1' } };
    const response = await this.post(legacyRequest('initialize', params).body);
    await response.text();
    this.id = response.headers.get('mcp-session-id') ?? '';
    return this;
  }

  call(name: string, signal?: AbortSignal): Promise<Response> {
    return this.post(legacyRequest('tools/call', { name, arguments: {} }, 7).body, signal);
  }

  post(body: string, signal?: AbortSignal): Promise<Response> {
    return this.send('POST', { 'content-type': 'application/json' }, body, signal);
  }

  send(method: string, headers: Record<string, string> = {}, body?: string, signal?: AbortSignal): Promise<Response> {
    const send = this.#host === undefined ? fetch : fetchAt;
    return send(this.#url, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        accept: 'application/json, text/event-stream',
        ...(this.id !== '' && { 'mcp-session-id': this.id }),
        ...(this.#host !== undefined && { host: this.#host }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
  }
}
