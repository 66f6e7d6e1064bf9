import { echoVersion, type Platform } from '@patchbay/testing';
import { KeepAliveCaller } from '../measuring/keep-alive-caller.ts';
import { modernRequest } from '../measuring/requests.ts';
import { type Summary, summarize } from '../measuring/summarize.ts';

/** Alternated in blocks of this size, so that both see the same machine. */
const BLOCK = 200;
const WARM_UP = 1_000;

/**
 * A list over HTTP, answered without a sandbox, with a token and with an API key: everything of a request but the call
 * itself. Lines of the report.
 */
export async function* measureRequests(
  { given, origin }: Platform,
  { requests }: { readonly requests: number },
): AsyncGenerator<string> {
  const acme = await given.organization('bench-requests');
  const connector = await given.live(acme, 'weather', echoVersion('one'));
  const { token } = await given.accessToken(connector);
  const credentials = { 'an access token': token, 'an API key': await given.apiKey(acme) };
  const caller = await KeepAliveCaller.open(new URL(`${origin}/bench-requests/weather/mcp`));
  const { message, headers } = modernRequest('tools/list');
  const times = new Map<string, number[]>();
  const ask = async (credential: string, into: number[] | null) => {
    const answer = await caller.call(caller.post(message, { ...headers, authorization: `Bearer ${credential}` }));
    if (answer.status !== 200) throw new Error(`a request failed (${answer.status}): ${answer.body}`);
    into?.push(answer.ms);
  };
  for (const credential of Object.values(credentials)) {
    for (let index = 0; index < WARM_UP; index += 1) await ask(credential, null);
  }
  for (let done = 0; done < requests; done += BLOCK) {
    for (const [name, credential] of Object.entries(credentials)) {
      const into = times.get(name) ?? [];
      times.set(name, into);
      for (let index = 0; index < BLOCK; index += 1) await ask(credential, into);
    }
  }
  caller.close();
  const summaries = [...times].map(([name, measured]): [string, Summary] => [name, summarize(measured)]);
  for (const [name, { p50, p95 }] of summaries) {
    yield `tools/list over HTTP with ${name}: p50 ${p50.toFixed(3)} ms, p95 ${p95.toFixed(3)} ms`;
  }
  const [[, byToken], [, byKey]] = summaries as [[string, Summary], [string, Summary]]; // one per credential above
  yield `  a token costs ${((byToken.p50 - byKey.p50) * 1_000).toFixed(0)} µs more than a key at the median`;
}
