import type { Tx } from '../database/index.ts';

/**
 * Pub/sub messages between gateways without Redis. They may get lost and are deleted after a minute. They are written
 * outside of any call's transaction, and the relay notifies subscribers of new rows.
 */

/** Topics of messages. */
export const MESSAGE_KINDS = ['connector', 'session'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export interface MessageSubject {
  readonly topic: MessageKind;
  /** Id of the connector or the session. */
  readonly subjectId: string;
}

export interface NewMessage extends MessageSubject {
  readonly content: unknown;
}

/** Messages of one organization. `origin`: the process that publishes; it reads the messages of all others. */
export async function insertMessages(tx: Tx, origin: string, messages: readonly NewMessage[]) {
  await tx.query(
    `INSERT INTO app.announcements (organization_id, origin, topic, subject_id, content)
     SELECT $1, $2, one.topic, one.subject_id, one.content
     FROM jsonb_to_recordset($3::jsonb) AS one (topic text, subject_id text, content jsonb)`,
    [
      ...[tx.scope.organizationId, origin],
      JSON.stringify(messages.map(({ subjectId, ...rest }) => ({ ...rest, subject_id: subjectId }))),
    ],
  );
}

/** Messages of other processes about the subject in the last seconds, oldest first. */
export async function readMessages(
  tx: Tx,
  origin: string,
  { topic, subjectId }: MessageSubject,
): Promise<readonly { readonly id: string; readonly content: unknown }[]> {
  return tx.query(
    `SELECT id::text, content FROM app.announcements
     WHERE organization_id = $1 AND topic = $2 AND subject_id = $3 AND origin <> $4
       AND created_at > now() - interval '10 seconds' ORDER BY id LIMIT 1000`,
    [tx.scope.organizationId, topic, subjectId, origin],
  );
}
