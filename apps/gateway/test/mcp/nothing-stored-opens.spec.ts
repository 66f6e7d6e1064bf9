/** Stored data of sessions, their streams and the states that clients carry, with Redis and without. */
import { hasSandboxes, redisMissing, skipUnless, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import {
  keepRedisCommands,
  keepWrittenRows,
  rowsIn,
  textsIn,
  type WrittenRow,
  writtenRows,
} from '../admin/written-rows.ts';
import { legacyRequest, modernRequest } from '../edge-fixture.ts';
import { curiousVersion, eventsOf, RawClient, type SseEvent } from './sessions-fixture.ts';

const ANSWER = 'a name that only its connector gets';
const ELICITS = { elicitation: {} };

/** Secrets that work only together with the key of their holder. */
interface HandedOut {
  readonly sessionId: string;
  readonly eventIds: readonly string[];
  readonly requestState: string;
}

async function collect(events: AsyncIterable<SseEvent>): Promise<SseEvent[]> {
  const seen: SseEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

/** `tools/call` of 2026-07-28 by a client with elicitation. */
async function callStateful(client: RawClient, more: object = {}) {
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': ELICITS };
  const { headers, body } = modernRequest('tools/call', { name: 'stateful', arguments: {}, _meta, ...more });
  const answer = await (await client.send('POST', headers, body)).json();
  return answer as { result?: { requestState?: string }; error?: { code: number } };
}

/** A call that asks, its answer, a stream that listens, and a state that a client carries to its next round. */
async function useEverything(url: string, key: string): Promise<HandedOut> {
  const client = await new RawClient(url, key).initialize(ELICITS);
  const events = eventsOf(await client.call('name'));
  const asked: SseEvent[] = [];
  for (let last: SseEvent | undefined; last?.message?.method !== 'elicitation/create'; ) {
    last = (await events.next()).value as SseEvent | undefined;
    if (last === undefined) throw new Error('the stream ended without a question');
    asked.push(last);
  }
  const result = { action: 'accept', content: { name: ANSWER } };
  const answered = await client.post(JSON.stringify({ jsonrpc: '2.0', id: asked.at(-1)?.message?.id, result }));
  expect(answered.status).toBe(202);
  const rest = await collect(events);
  expect(JSON.stringify(rest)).toContain(ANSWER);
  const listener = eventsOf(await client.send('GET'));
  const first = (await listener.next()).value as SseEvent;
  await (await client.call('announce')).text();
  await listener.return(undefined);
  const state = (await callStateful(new RawClient(url, key))).result?.requestState ?? '';
  const eventIds = [...asked, first, ...rest].flatMap(({ id }) => (id === undefined ? [] : [id]));
  return { sessionId: client.id, eventIds, requestState: state };
}

function serve(carrier: string, redis: boolean) {
  const missing = redis ? redisMissing() : null;
  const isAble = hasSandboxes() && missing === null;
  const { describe, it } = skipUnless(isAble, missing ?? 'bubblewrap or user namespaces are missing');

  describe(`what is kept of sessions and states, with ${carrier}`, () => {
    const here = withPlatform({ when: isAble, redis }, async (platform) => {
      const { given, superuser } = platform;
      const acme = await given.organization('acme');
      const curious = await given.live(acme, 'curious', curiousVersion('one'));
      const member = await given.member(acme, 'member');
      const keys = { owner: await given.apiKey(acme), member: await given.apiKey(acme, member) };
      const url = `${platform.origin}/acme/curious/mcp`;
      await keepWrittenRows(platform.database.superuserUrl);
      const commands = platform.redis && (await keepRedisCommands(platform.redis.options));
      const handedOut = await useEverything(url, keys.owner);
      const { token } = await given.accessToken(curious);
      await useEverything(url, token);
      const queued = await rowsIn(superuser, 'bullmq');
      const rows: readonly WrittenRow[] = [...(await writtenRows(superuser)), ...queued, ...(commands?.commands ?? [])];
      commands?.close();
      return { keys, url, handedOut, token, rows };
    });

    /** Texts of rows, and the bytes of their columns in the form of a header. */
    const candidates = (): string[] =>
      textsIn(here.rows).flatMap((text) =>
        text.startsWith('\\x') ? [text, Buffer.from(text.slice(2), 'hex').toString('base64url')] : [text],
      );

    it('the rows of sessions and states hold no session id, event id, state, key, token or answer in clear', () => {
      const { sessionId, eventIds, requestState } = here.handedOut;
      const { owner, member } = here.keys;
      const values = [sessionId, ...eventIds, requestState, owner, member, here.token, ANSWER];
      expect(values.filter((value) => value.length < 20)).toEqual([]);
      expect(eventIds.length).toBeGreaterThan(2);
      const found = values.flatMap((value) =>
        [value, Buffer.from(value).toString('hex')].flatMap((form) =>
          here.rows
            .filter(({ text }) => text.includes(form))
            .map(({ table }) => `${value.slice(0, 40)} is in ${table}`),
        ),
      );
      expect(found).toEqual([]);
    });

    it('a stored text opens no session, not even for the key that the session is of', async () => {
      const list = legacyRequest('tools/list').body;
      const opened: string[] = [];
      for (const text of candidates()) {
        for (const key of [here.keys.owner, here.keys.member]) {
          const client = new RawClient(here.url, key);
          client.id = encodeURIComponent(text).slice(0, 2_000);
          const { status } = await client.post(list);
          if (status !== 404) opened.push(`${text} as a session id: ${status}`);
        }
      }
      expect(opened).toEqual([]);
    }, 60_000);

    it('a stored text continues no stream of a session, and is no key', async () => {
      const client = new RawClient(here.url, here.keys.owner);
      client.id = here.handedOut.sessionId;
      const opened: string[] = [];
      for (const text of candidates()) {
        const value = encodeURIComponent(text).slice(0, 2_000);
        const resumed = await client.send('GET', { 'last-event-id': value });
        await resumed.body?.cancel();
        if (resumed.ok) opened.push(`${text} as an event id: ${resumed.status}`);
        const asked = await new RawClient(here.url, value).post(legacyRequest('tools/list').body);
        if (asked.status !== 401) opened.push(`${text} as a key: ${asked.status}`);
      }
      expect(opened).toEqual([]);
    }, 60_000);

    it('a stored text is taken for no state of a request', async () => {
      const inputResponses = { who: { action: 'accept', content: { name: ANSWER } } };
      const owner = new RawClient(here.url, here.keys.owner);
      const opened: string[] = [];
      for (const requestState of candidates()) {
        const answer = await callStateful(owner, { requestState, inputResponses });
        if (answer.error?.code !== -32602) opened.push(`${requestState}: ${JSON.stringify(answer)}`);
      }
      expect(opened).toEqual([]);
      const { requestState } = here.handedOut;
      expect(JSON.stringify(await callStateful(owner, { requestState, inputResponses }))).toContain(ANSWER);
    }, 60_000);

    it('the examined rows are those of every table and the Redis that sessions pass', () => {
      const tables = new Set(here.rows.map(({ table }) => table));
      for (const table of ['mcp_sessions', 'mcp_session_streams', 'mcp_session_events']) {
        expect(tables).toContain(`app.${table}`);
      }
      expect(tables.has(redis ? 'redis publish' : 'app.announcements')).toBe(true);
    });
  });
}

serve('PostgreSQL', false);
serve('Redis', true);
