import { modernRequest } from '../edge-fixture.ts';

/** Results of a storm of streams, for a caller that disconnects and one that stays. */
export interface Storm {
  readonly opened: number;
  /** Answers that were not to the question asked. */
  readonly wrong: readonly string[];
}

export interface StormOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Streams altogether, and how many at a time. */
  readonly streams: number;
  readonly parallel: number;
}

/** Every eighth caller stays until its answer. */
const STAYS_EVERY = 8;

/**
 * Opens streams and drops most of them: at once, after the first event, or in the middle of a body. Those who stay must
 * get the answer to their own question.
 */
export async function dropStreams({ url, headers, streams, parallel }: StormOptions): Promise<Storm> {
  const wrong: string[] = [];
  let opened = 0;
  const one = async (index: number): Promise<void> => {
    const text = `question ${index}`;
    const params = { name: 'tell', arguments: { text }, _meta: { progressToken: index } };
    const request = modernRequest('tools/call', params, index);
    const hangUp = new AbortController();
    const init = { method: 'POST', body: request.body, headers: { ...request.headers, ...headers } };
    const response = await fetch(url, { ...init, signal: hangUp.signal });
    opened += 1;
    if (index % STAYS_EVERY === 0) {
      const answer = await response.text();
      // A gateway at its limits answers so; every other answer is the caller's own.
      if (response.status === 200 && !answer.includes(`"${text}"`)) wrong.push(`${text}: ${answer}`);
      return;
    }
    if (index % STAYS_EVERY !== 1) await response.body?.getReader().read();
    hangUp.abort();
  };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < streams) await one(next++).catch(ignoreHangUp);
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { opened, wrong };
}

function ignoreHangUp(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
