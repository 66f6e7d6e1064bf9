import { readProblem } from './api-problem.ts';

/** One server-sent event whose `data` is JSON. */
export interface StreamEvent<T = unknown> {
  readonly event: string;
  readonly id: string | null;
  readonly data: T;
}

/**
 * Reads server-sent events from an answer, one at a time. Comments (keep-alives) are skipped.
 * Ends when the server ends; breaking out of the loop closes the connection.
 *
 * @throws ApiProblem when the answer is a problem
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function* readEvents<T = unknown>(response: Response): AsyncGenerator<StreamEvent<T>> {
  if (!response.ok || !response.body) throw await readProblem(response);
  let event = 'message';
  let id: string | null = null;
  let data: string[] = [];
  for await (const line of readLines(response.body)) {
    if (line === '') {
      // The caller knows which stream it opened, and so what its data is.
      if (data.length > 0) yield { event, id, data: JSON.parse(data.join('\n')) as T };
      event = 'message';
      data = [];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id') id = value;
  }
}

async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A carriage return at the very end may be half of a line break.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
