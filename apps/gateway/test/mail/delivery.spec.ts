/** Deliveries in the database and their senders, with a mail server that misbehaves. */
import { Deliveries } from '@patchbay/domain/deliveries';
import { newId, systemClock } from '@patchbay/foundation';
import { createTestDatabase, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MailChannel, MailSender } from '../../src/mail/index.ts';
import { MailServer } from './mail-server.ts';

const logger = pino({ level: 'silent' });
const DAY = { goodForSeconds: 86_400 };

let pool: pg.Pool;
let app: pg.Pool;
let deliveries: Deliveries;

beforeAll(async () => {
  const { urls } = await createTestDatabase();
  pool = new pg.Pool({ connectionString: urls.auth, max: 4 });
  app = new pg.Pool({ connectionString: urls.app, max: 1 });
  deliveries = new Deliveries(pool);
});
afterAll(async () => {
  await pool?.end();
  await app?.end();
});

async function givenPerson(): Promise<{ id: string; email: string }> {
  const id = newId('person');
  const email = `${id}@people.example`;
  await pool.query("INSERT INTO identity.people (id, email, name) VALUES ($1, $2, 'n')", [id, email]);
  return { id, email };
}

const insert = (personId: string, kind = 'notice') => deliveries.insert({ kind, subject: { personId }, ...DAY });

async function rowOf(personId: string) {
  const { rows } = await pool.query('SELECT * FROM identity.deliveries WHERE person_id = $1', [personId]);
  return rows[0];
}

async function withSender<T>(channel: MailChannel, work: (sender: MailSender) => Promise<T>): Promise<T> {
  const compose = async ({ personId }: { personId: string | null }) => ({
    to: `${personId}@people.example`,
    subject: 's',
    text: 't',
  });
  const sender = new MailSender({ deliveries, channel, compose, clock: systemClock, logger });
  return work(sender).finally(() => sender.close());
}

describe('the rows of deliveries', () => {
  it('the role that serves organizations sees neither deliveries nor links of mails', async () => {
    await expect(app.query('SELECT FROM identity.deliveries')).rejects.toThrow('permission denied');
    await expect(app.query('SELECT FROM identity.mail_links')).rejects.toThrow('permission denied');
  });

  it('a second delivery of a kind to a person is not written while the first is open', async () => {
    const { id } = await givenPerson();
    expect([await insert(id), await insert(id), await insert(id, 'other')]).toEqual([true, false, true]);
    const claimed = (await deliveries.claim(10, 60)).filter(({ personId }) => personId === id);
    expect(claimed).toHaveLength(2);
    for (const one of claimed) await deliveries.recordDelivered(one);
    expect(await insert(id)).toBe(true);
    await deliveries.recordFailure((await deliveries.claim(1, 60))[0] ?? expect.fail(), 'end of the test', null);
  });

  it('two senders never hold the same delivery, and one of a sender that died is due again after its lease', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, givenPerson));
    for (const { id } of people) await insert(id);
    const halves = await Promise.all([deliveries.claim(4, 60), deliveries.claim(4, 60), deliveries.claim(4, 60)]);
    const ids = halves.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(8);
    const [lost] = halves.flat();
    if (!lost) throw new Error('nothing was claimed');
    await pool.query("UPDATE identity.deliveries SET next_attempt_at = now() - interval '1 second' WHERE id = $1", [
      lost.id,
    ]);
    const [again] = await deliveries.claim(10, 60);
    expect(again).toMatchObject({ id: lost.id, attempts: 2 });
    // A result of the first sender after its lease changes nothing.
    await deliveries.recordFailure(lost, 'late', null);
    expect(await rowOf(lost.personId ?? '')).toMatchObject({ given_up_at: null, problem: null });
    for (const one of [...halves.flat(), again ?? lost]) await deliveries.recordDelivered(one);
  });

  it('a delivery that a later release wrote is left to it', async () => {
    const { id } = await givenPerson();
    await insert(id);
    await pool.query('UPDATE identity.deliveries SET format = 2 WHERE person_id = $1', [id]);
    expect(await deliveries.claim(10, 60)).toEqual([]);
    await pool.query('DELETE FROM identity.deliveries WHERE person_id = $1', [id]);
  });

  it('deliveries that ended are dropped at their age, and open ones are kept', async () => {
    const [ended, open] = [await givenPerson(), await givenPerson()];
    await insert(ended.id);
    const [claimed] = await deliveries.claim(1, 60);
    await deliveries.recordDelivered(claimed ?? expect.fail());
    await insert(open.id);
    await deliveries.dropEnded(3_600);
    expect(await rowOf(ended.id)).toBeDefined();
    await deliveries.dropEnded(-1);
    expect(await rowOf(ended.id)).toBeUndefined();
    expect(await rowOf(open.id)).toBeDefined();
    await pool.query('DELETE FROM identity.deliveries');
  });
});

describe('the sender of mail', () => {
  it('a mail is given up when its receiver is refused for good, and the ones behind it are sent', async () => {
    const server = await MailServer.start({
      onRcptTo: ({ address }, _session, done) =>
        done(address === refused.email ? Object.assign(new Error('no'), { responseCode: 550 }) : null),
    });
    const [refused, other] = [await givenPerson(), await givenPerson()];
    await insert(refused.id);
    await insert(other.id);
    await withSender(server.channel(), async (sender) => {
      await server.mailTo(other.email);
      const row = await waitFor(async () => (await rowOf(refused.id)).given_up_at && (await rowOf(refused.id)));
      expect(row).toMatchObject({ problem: 'the mail server answers 550 to RCPT TO', attempts: 1, open_key: null });
      await waitFor(async () => (await rowOf(other.id)).delivered_at !== null);
      // About one receiver: the server itself is in order.
      expect(await sender.condition()).toMatchObject({ state: 'ok', facts: { waiting: 0, givenUpLastDay: 1 } });
    });
    await server.close();
  });

  it('a mail that is refused for now is sent at a later attempt, with the same id, and health reports why it waits', async () => {
    const replies = [451, 421];
    const server = await MailServer.start({
      onMailFrom: (_address, _session, done) => {
        const responseCode = replies.shift();
        done(responseCode === undefined ? null : Object.assign(new Error('later'), { responseCode }));
      },
    });
    const person = await givenPerson();
    await insert(person.id);
    const due = () =>
      pool.query('UPDATE identity.deliveries SET next_attempt_at = now() WHERE person_id = $1', [person.id]);
    await withSender(server.channel(), async (sender) => {
      for (const reply of [451, 421]) {
        const row = await waitFor(async () => {
          const found = await rowOf(person.id);
          return found.problem === `the mail server answers ${reply} to MAIL FROM` && found;
        });
        expect(row.next_attempt_at.getTime()).toBeGreaterThan(Date.now());
        expect(await sender.condition()).toMatchObject({
          state: 'degraded',
          reasons: [`the mail server answers ${reply} to MAIL FROM; 1 mails wait`],
        });
        await due();
        sender.wake();
      }
      const mail = await server.mailTo(person.email);
      const { id } = await waitFor(async () => {
        const found = await rowOf(person.id);
        return found.delivered_at !== null && found;
      });
      expect(mail.messageId).toBe(`<${id}@localhost>`);
      expect(await sender.condition()).toMatchObject({ state: 'ok', reasons: [] });
    });
    await server.close();
  });

  it('a mail whose acceptance was not recorded is sent again with the same id', async () => {
    const server = await MailServer.start();
    const person = await givenPerson();
    await insert(person.id);
    // A sender that dies between the server's acceptance and its record leaves just this behind.
    const [claimed] = await deliveries.claim(1, 60);
    const closing = new AbortController().signal;
    await server.channel().send({ id: claimed?.id ?? '', to: person.email, subject: 's', text: 't' }, closing);
    await pool.query('UPDATE identity.deliveries SET next_attempt_at = now() WHERE person_id = $1', [person.id]);
    await withSender(server.channel(), async () => {
      const [first, second] = [await server.mailTo(person.email), await server.mailTo(person.email, 1)];
      expect(second.messageId).toBe(first.messageId);
      await waitFor(async () => (await rowOf(person.id)).delivered_at !== null);
    });
    await server.close();
  });

  it('a mail that could not be sent before it was of no use is given up', async () => {
    const server = await MailServer.start();
    const person = await givenPerson();
    await insert(person.id);
    await pool.query("UPDATE identity.deliveries SET expires_at = now() - interval '1 second' WHERE person_id = $1", [
      person.id,
    ]);
    await withSender(server.channel(), async () => {
      await waitFor(async () => (await rowOf(person.id)).given_up_at !== null);
      expect(server.received).toEqual([]);
    });
    await server.close();
  });
});
