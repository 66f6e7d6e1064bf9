import { within } from '@patchbay/foundation';
import pg from 'pg';
import { MESSAGE_KINDS, type MessageSubject } from '../messages/index.ts';
import { CHANGE_KINDS, type Change } from './change.ts';
import { RELAY_CHANNEL } from './relay-outbox.ts';

export interface FeedConnectionOptions {
  readonly url: string;
  /** A channel of this connection's own, for its heartbeat. */
  readonly channel: string;
  readonly heartbeatMs: number;
  readonly pollMs: number;
  onChange(change: Change): void;
  /** Other gateways published messages about it. */
  onMessage(subject: MessageSubject): void;
  /** The relay has passed on what was committed before its last look. */
  onRelayBeat(): void;
  /** The line was proved alive and the feed complete. */
  onConfirmed(): void;
}

export interface FeedConnection {
  /** Resolves with the reason when the line is no longer to be trusted. */
  readonly ended: Promise<string>;
  close(): void;
}

const CHANGES_CHANNEL = 'patchbay_changes';
const ANNOUNCEMENTS_CHANNEL = 'patchbay_announcements';

/**
 * One connection to the database: subscribes, sends heartbeats, polls, and ends itself when a heartbeat does not come
 * back in time.
 */
export async function openFeedConnection(options: FeedConnectionOptions): Promise<FeedConnection> {
  const client = new pg.Client({
    connectionString: options.url,
    connectionTimeoutMillis: options.heartbeatMs,
    application_name: 'patchbay-changes',
  });
  const ended = Promise.withResolvers<string>();
  client.on('error', (error) => ended.resolve(error.message));
  client.on('end', () => ended.resolve('the connection ended'));
  try {
    await client.connect();
    const channels = [CHANGES_CHANNEL, ANNOUNCEMENTS_CHANNEL, RELAY_CHANNEL, options.channel];
    // sql: LISTEN takes no parameters; the names are ours, of letters, digits and underscores.
    await answerWithin(options.heartbeatMs, client.query(channels.map((channel) => `LISTEN ${channel}`).join('; ')));
  } catch (error) {
    discard(client);
    throw error;
  }
  const poll = createPoll(client, options.onChange);
  await answerWithin(options.heartbeatMs, poll()).catch((error: unknown) => {
    discard(client);
    throw error;
  });

  let beat = 0;
  let heard = 0;
  client.on('notification', ({ channel, payload = '' }) => {
    if (channel === options.channel) {
      heard = Number(payload);
      options.onConfirmed();
    } else if (channel === RELAY_CHANNEL) {
      options.onRelayBeat();
    } else if (channel === ANNOUNCEMENTS_CHANNEL) {
      const subject = parseSubject(payload);
      if (subject !== null) options.onMessage(subject);
    } else {
      const change = parseChange(payload);
      if (change !== null) options.onChange(change);
    }
  });

  const sendBeat = () => {
    if (heard < beat) return ended.resolve('a heartbeat was missed');
    beat += 1;
    client.query('SELECT pg_notify($1, $2)', [options.channel, String(beat)]).catch(() => {});
  };
  sendBeat();
  const beats = setInterval(sendBeat, options.heartbeatMs);
  const polls = setInterval(() => {
    poll().catch((error: Error) => ended.resolve(error.message));
  }, options.pollMs);
  void ended.promise.then(() => {
    clearInterval(beats);
    clearInterval(polls);
    discard(client);
  });
  return { ended: ended.promise, close: () => ended.resolve('closed') };
}

/**
 * Reads changes committed since the last poll. The position is the oldest transaction that was still running then, so a
 * transaction that commits late is never skipped; a change that is read twice is reported once.
 */
function createPoll(client: pg.Client, onChange: (change: Change) => void): () => Promise<void> {
  let position: string | undefined;
  let told = new Set<string>();
  return async () => {
    const { rows } = await client.query<{ position: string; revision: string | null; kind: string; id: string }>(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position, c.revision, c.kind, c.id
       FROM (SELECT) AS one LEFT JOIN app.read_changes(coalesce($1::xid8, pg_snapshot_xmax(pg_current_snapshot()))) AS c
         ON true`,
      [position ?? null],
    );
    const seen = new Set<string>();
    for (const row of rows) {
      position = row.position;
      if (row.revision === null) continue;
      seen.add(row.revision);
      const change = told.has(row.revision) ? null : parseChange(`${row.kind}:${row.id}`);
      if (change !== null) onChange(change);
    }
    told = seen;
  };
}

function parseChange(payload: string): Change | null {
  const [kind, id] = payload.split(':', 2);
  const known = CHANGE_KINDS.find((candidate) => candidate === kind);
  return known && id ? { kind: known, id } : null;
}

function parseSubject(payload: string): MessageSubject | null {
  const [topic, subjectId] = payload.split(':', 2);
  const known = MESSAGE_KINDS.find((candidate) => candidate === topic);
  return known && subjectId ? { topic: known, subjectId } : null;
}

/** Ends at once: a half-open line would wait for an answer to its goodbye. */
function discard(client: pg.Client): void {
  client.connection.stream.destroy();
  client.end().catch(() => {});
}

function answerWithin<T>(ms: number, work: Promise<T>): Promise<T> {
  return within(ms, work, () => new Error('the database did not answer in time'));
}
