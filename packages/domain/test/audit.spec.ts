import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOfBody, signedMessage } from '../src/audit/audit-format.ts';
import { listAuditEvents, record } from '../src/audit/index.ts';
import { createConnector } from '../src/connectors/index.ts';
import { once } from '../src/idempotency/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

const sign = (message: Uint8Array) => createHmac('sha256', 'writer key').update(message).digest();

let given: Given;
let ours: GivenOrganization;
beforeAll(async () => {
  given = await startGiven({ auditWriter: { id: 'writer-1', sign } });
  ours = await given.organization();
});
afterAll(() => given.close());

const ENTRY = { actor: SYSTEM, action: 'connector.updated', target: { type: 'connector', id: 'con_1' } } as const;

describe('the audit log', () => {
  it('a writer’s audit sequence has no gap after 300 transactions of which half are rolled back', async () => {
    await Promise.allSettled(
      Array.from({ length: 300 }, (_, index) =>
        given.database.withOrganization(ours, async (tx) => {
          await record(tx, { ...ENTRY, after: { index } });
          if (index % 3 === 0) await record(tx, { ...ENTRY, before: { ä: [1.5, null], a: 'x' } });
          if (index % 2 === 0) throw new Error('rolled back');
        }),
      ),
    );
    const { rows } = await given.superuser.query<{ writer_sequence: string }>(
      'SELECT writer_sequence FROM app.audit_events WHERE organization_id = $1 ORDER BY writer_sequence',
      [ours.organizationId],
    );
    expect(rows.map((row) => Number(row.writer_sequence))).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  });

  it('every row of the audit log is bound to its content, its writer and the row before', async () => {
    const { rows } = await given.superuser.query(
      'SELECT * FROM app.audit_events WHERE organization_id = $1 ORDER BY writer_sequence',
      [ours.organizationId],
    );
    let previous = Buffer.alloc(0);
    for (const row of rows) {
      expect(row.format).toBe(2);
      const body = {
        id: row.id,
        at: row.created_at.toISOString(),
        action: row.action,
        actor: row.actor,
        target: { type: row.target_type, id: row.target_id },
        before: row.before,
        after: row.after,
        requestId: row.request_id,
        organizationId: row.organization_id,
        writerId: row.writer_id,
        writerSequence: BigInt(row.writer_sequence),
        previousHash: previous,
      };
      const hash = hashOfBody(body, row.format);
      expect(row.body_hash.equals(hash)).toBe(true);
      expect(row.previous_hash.equals(previous)).toBe(true);
      expect(row.hmac.equals(sign(signedMessage(row.format, hash)))).toBe(true);
      // A row that claims another format proves nothing.
      expect(row.body_hash.equals(hashOfBody(body, 1))).toBe(false);
      expect(row.hmac.equals(sign(signedMessage(1, hash)))).toBe(false);
      previous = row.body_hash;
    }
  });

  it('every audit event has an outbox row, and is listed page by page', async () => {
    const { rows } = await given.superuser.query(
      "SELECT count(*)::int AS count FROM app.outbox WHERE kind = 'audit_event' AND organization_id = $1",
      [ours.organizationId],
    );
    expect(rows[0].count).toBe(200);
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await given.database.withOrganization(ours, (tx) => listAuditEvents(tx, { limit: 90, cursor }));
      for (const event of page.items) seen.add(event.id);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.size).toBe(200);
  });

  it('a change, its audit event and its outbox row are one transaction: all committed, or all rolled back', async () => {
    const create = (slug: string, after: () => void) =>
      given.database.withOrganization(ours, async (tx) => {
        const { id } = await createConnector(tx, ours.actor, { slug });
        after();
        return id;
      });
    const kept = await create('kept', () => {});
    await expect(
      create('undone', () => {
        throw new Error('the request failed after its change');
      }),
    ).rejects.toThrow('after its change');
    const { rows } = await given.superuser.query(
      `SELECT c.slug, c.xmin::text = a.xmin::text AS audited, c.xmin::text = o.xmin::text AS emitted
       FROM app.connectors c
       FULL JOIN app.audit_events a ON a.target_id = c.id
       FULL JOIN (SELECT *, xmin FROM app.outbox WHERE kind = 'audit_event') o ON o.subject_id = a.id
       WHERE c.slug IN ('kept', 'undone') OR a.action = 'connector.created'`,
    );
    expect(rows).toEqual([{ slug: 'kept', audited: true, emitted: true }]);
    expect(kept).toMatch(/^con_/);
  });
});

describe('an idempotency key', () => {
  const ask = (key: string, fingerprint: string, work: () => Promise<{ status: number; body: unknown }>) =>
    given.database.withOrganization(ours, (tx) => once(tx, { key, callerId: 'psn_1', fingerprint }, work));

  it('an idempotency key is refused for another request', async () => {
    await ask('k1', 'f1', async () => ({ status: 201, body: {} }));
    await expect(ask('k1', 'f2', async () => ({ status: 201, body: {} }))).rejects.toMatchObject({
      code: 'data.idempotency_key_reused',
    });
  });

  it('simultaneous requests with one idempotency key run the work once and get the same answer', async () => {
    let runs = 0;
    const work = async () => {
      runs += 1;
      return { status: 201, body: { run: runs } };
    };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('k2', 'f', work)));
    expect(runs).toBe(1);
    expect(answers.map((answer) => answer.body)).toEqual(Array(5).fill({ run: 1 }));
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
  });

  it('an idempotency key can be used again when the work failed', async () => {
    await expect(ask('k3', 'f', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await ask('k3', 'f', async () => ({ status: 201, body: 1 }))).toMatchObject({ replayed: false });
  });
});
