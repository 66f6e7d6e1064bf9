import { within } from '@patchbay/foundation';
import pg from 'pg';
import { MESSAGE_KINDS, type MessageSubject } from '../messages/index.ts';
import { CHANGE_KINDS, type Change } from './change.ts';
import { RELAY_CHANNEL } from './outbox-relay.ts';

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
  onRelayHeartbeat(): void;
  /** The line was proved alive and the feed complete. */
  onConfirmed(): void;
}

const CHANGES_CHANNEL = 'patchbay_changes';
const ANNOUNCEMENTS_CHANNEL = 'patchbay_announcements';

/**
 * One connection to the database: subscribes, sends heartbeats, polls, and ends itself when a heartbeat does not come
 * back in time.
 */
export class FeedConnection {
  readonly #client: pg.Client;
  readonly #options: FeedConnectionOptions;
  readonly #ended = Promise.withResolvers<string>();
  readonly #poll: RevisionPoll;
  #sent = 0;
  #received = 0;

  private constructor(options: FeedConnectionOptions) {
    this.#options = options;
    this.#client = new pg.Client({
      connectionString: options.url,
      connectionTimeoutMillis: options.heartbeatMs,
      application_name: 'patchbay-changes',
    });
    this.#client.on('error', (error) => this.#ended.resolve(error.message));
    this.#client.on('end', () => this.#ended.resolve('the connection ended'));
    this.#poll = new RevisionPoll(this.#client, options.onChange);
  }

  /** Rejects when the database does not answer within a heartbeat. */
  static async open(options: FeedConnectionOptions): Promise<FeedConnection> {
    const connection = new FeedConnection(options);
    try {
      await connection.#listen();
      await answerWithin(options.heartbeatMs, connection.#poll.look());
    } catch (error) {
      discard(connection.#client);
      throw error;
    }
    connection.#follow();
    return connection;
  }

  /** Resolves with the reason when the connection is no longer to be trusted. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  close(): void {
    this.#ended.resolve('closed');
  }

  async #listen(): Promise<void> {
    await this.#client.connect();
    const channels = [CHANGES_CHANNEL, ANNOUNCEMENTS_CHANNEL, RELAY_CHANNEL, this.#options.channel];
    // sql: LISTEN takes no parameters; the names are ours, of letters, digits and underscores.
    const listening = this.#client.query(channels.map((channel) => `LISTEN ${channel}`).join('; '));
    await answerWithin(this.#options.heartbeatMs, listening);
  }

  #follow(): void {
    this.#client.on('notification', ({ channel, payload = '' }) => this.#take(channel, payload));
    this.#sendHeartbeat();
    const heartbeats = setInterval(() => this.#sendHeartbeat(), this.#options.heartbeatMs);
    const polls = setInterval(() => {
      this.#poll.look().catch((error: Error) => this.#ended.resolve(error.message));
    }, this.#options.pollMs);
    void this.#ended.promise.then(() => {
      clearInterval(heartbeats);
      clearInterval(polls);
      discard(this.#client);
    });
  }

  #take(channel: string, payload: string): void {
    const { onConfirmed, onRelayHeartbeat, onMessage, onChange } = this.#options;
    if (channel === this.#options.channel) {
      this.#received = Number(payload);
      onConfirmed();
    } else if (channel === RELAY_CHANNEL) {
      onRelayHeartbeat();
    } else if (channel === ANNOUNCEMENTS_CHANNEL) {
      const subject = parseSubject(payload);
      if (subject !== null) onMessage(subject);
    } else {
      const change = parseChange(payload);
      if (change !== null) onChange(change);
    }
  }

  #sendHeartbeat(): void {
    if (this.#received < this.#sent) {
      this.#ended.resolve('a heartbeat was missed');
      return;
    }
    this.#sent += 1;
    this.#client.query('SELECT pg_notify($1, $2)', [this.#options.channel, String(this.#sent)]).catch(() => {});
  }
}

/**
 * Reads changes committed since the last poll. The position is the oldest transaction that was still running then, so a
 * transaction that commits late is never skipped; a change that is read twice is reported once.
 */
class RevisionPoll {
  readonly #client: pg.Client;
  readonly #onChange: (change: Change) => void;
  #position: string | undefined;
  #published: ReadonlySet<string> = new Set();

  constructor(client: pg.Client, onChange: (change: Change) => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  async look(): Promise<void> {
    const { rows } = await this.#client.query<{ position: string; revision: string | null; kind: string; id: string }>(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS position, c.revision, c.kind, c.id
       FROM (SELECT) AS one LEFT JOIN app.read_changes(coalesce($1::xid8, pg_snapshot_xmax(pg_current_snapshot()))) AS c
         ON true`,
      [this.#position ?? null],
    );
    const seen = new Set<string>();
    for (const row of rows) {
      this.#position = row.position;
      if (row.revision === null) continue;
      seen.add(row.revision);
      const change = this.#published.has(row.revision) ? null : parseChange(`${row.kind}:${row.id}`);
      if (change !== null) this.#onChange(change);
    }
    this.#published = seen;
  }
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
