import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '@patchbay/foundation';
import { temporaryDirectory } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listUsage, type UsageEvent, UsageSpool } from '../src/usage/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

let given: Given;
let ours: GivenOrganization;
beforeAll(async () => {
  given = await startGiven();
  ours = await given.organization();
});
afterAll(() => given.close());

const count = async () => {
  const { rows } = await given.superuser.query('SELECT count(*)::int AS count FROM app.usage_events');
  return rows[0].count as number;
};
const event = (): UsageEvent => ({
  id: newId('usageEvent'),
  organizationId: ours.organizationId,
  connectorId: 'con_2',
  versionId: 'ver_1',
  at: new Date().toISOString(),
  method: 'tools/call',
  name: 'greet',
  principal: { kind: 'person', id: 'psn_1' },
  client: null,
  requestId: 'req_1',
  outcome: 'refused',
  errorCode: 'policy.tool_blocked',
  cold: true,
  stepsMs: { edge: 1, policy: 0.25 },
  totalMs: 1.25,
});

describe('the usage spool', () => {
  it('loses no usage event of a process that is killed with SIGKILL, and stores none twice', async () => {
    const directory = await temporaryDirectory();
    const writer = spawn(process.execPath, [
      path.join(import.meta.dirname, 'spool-writer.ts'),
      directory,
      ours.organizationId,
      '500',
    ]);
    await once(writer.stdout, 'data');
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const [file = ''] = await readdir(directory);
    // The state after a kill in the middle of a write.
    await appendFile(path.join(directory, file), '{"id":"use_cut');
    const spools = await Promise.all(
      [1, 2].map(() => UsageSpool.open({ directory, database: given.database, shipIntervalMs: 3_600_000 })),
    );
    await Promise.all(spools.map((spool) => spool.ship()));
    expect(await count()).toBe(500);
    // The line that was cut is no event, and is kept for inspection.
    expect(await readdir(directory)).toEqual([`${file}.unreadable`]);
    expect(await readFile(path.join(directory, `${file}.unreadable`), 'utf8')).toBe('{"id":"use_cut\n');
    await Promise.all(spools.map((spool) => spool.close()));
  });

  it('keeps and counts usage events of a later release, until a release comes that reads them', async () => {
    const directory = await temporaryDirectory();
    const later = { ...event(), requestId: 'req_later' };
    const present = { ...event(), requestId: 'req_present' };
    const earlier = { ...event(), requestId: 'req_earlier' };
    const name = 'another-host.1.0123456789ab.00000001.ndjson';
    const file = path.join(directory, name);
    const lines = [{ ...later, format: 2 }, { ...present, format: 1 }, earlier].map((line) => JSON.stringify(line));
    await writeFile(file, `${lines.join('\n')}\n`);
    // It was not written to for long: its process is gone.
    await utimes(file, 0, 0);
    const stored = async () => {
      const { rows } = await given.superuser.query<{ request_id: string }>(
        "SELECT request_id FROM app.usage_events WHERE request_id IN ('req_later', 'req_present', 'req_earlier')",
      );
      return rows.map((row) => row.request_id).sort();
    };
    const open = () => UsageSpool.open({ directory, database: given.database, shipIntervalMs: 3_600_000 });

    for (const start of ['first', 'second']) {
      const spool = await open();
      if (start === 'second') await utimes(file, 0, 0);
      await spool.ship();
      expect(spool.statistics().unreadable, start).toBe(1);
      expect(await stored()).toEqual(['req_earlier', 'req_present']);
      expect(await readFile(`${file}.unreadable`, 'utf8')).toBe(`${lines[0]}\n`);
      await spool.close();
    }

    // A release whose own format the line has.
    await writeFile(`${file}.unreadable`, `${JSON.stringify({ ...later, format: 1 })}\n`);
    const reader = await open();
    await utimes(file, 0, 0);
    await reader.ship();
    expect(await stored()).toEqual(['req_earlier', 'req_later', 'req_present']);
    expect(await readdir(directory)).toEqual([]);
    await reader.close();
  });

  it('keeps usage events on disk while the database is away, and drops and counts those beyond the bound', async () => {
    const directory = await temporaryDirectory();
    const before = await count();
    const { createDatabase } = await import('../src/database/index.ts');
    const away = createDatabase({ url: 'postgresql://patchbay_app:x@127.0.0.1:1/none', poolSizeMax: 1 });
    const spool = await UsageSpool.open({ directory, database: away, shipIntervalMs: 3_600_000, bytesMax: 2_000 });
    for (let index = 0; index < 20; index += 1) await spool.append(event());
    await expect(spool.ship()).rejects.toMatchObject({ code: 'data.unavailable' });
    const { appended, dropped, shipped } = spool.statistics();
    expect({ all: appended + dropped, shipped }).toEqual({ all: 20, shipped: 0 });
    expect(dropped).toBeGreaterThan(0);
    await spool.close();
    await away.close();
    const next = await UsageSpool.open({ directory, database: given.database });
    await next.ship();
    expect(await count()).toBe(before + appended);
    await next.close();
  });

  it('stores a client’s name with escapes for what PostgreSQL cannot store, from memory and from a file', async () => {
    const name = (at: string) => ({
      ...event(),
      connectorId: `con_${at}`,
      client: { name: 'a\0b\ud83d', version: '\\u0000' },
    });
    const directory = await temporaryDirectory();
    const spool = await UsageSpool.open({ directory, database: given.database, shipIntervalMs: 3_600_000 });
    await spool.append(name('memory'));
    await spool.close();
    await writeFile(path.join(directory, 'elsewhere.1.0123456789ab.00000001.ndjson'), JSON.stringify(name('file')));
    await utimes(path.join(directory, 'elsewhere.1.0123456789ab.00000001.ndjson'), 0, 0);
    const next = await UsageSpool.open({ directory, database: given.database, shipIntervalMs: 3_600_000 });
    await next.ship();
    await next.close();
    for (const connectorId of ['con_memory', 'con_file']) {
      const { items } = await given.database.withOrganization(ours, (tx) =>
        listUsage(tx, { connectorId }, { limit: 10 }),
      );
      expect(items.map(({ client }) => client)).toEqual([{ name: 'a\\u{0}b\\u{d83d}', version: '\\u0000' }]);
    }
  });

  it('loses no usage event that is written while others are shipped', async () => {
    const directory = await temporaryDirectory();
    const before = await count();
    const spool = await UsageSpool.open({ directory, database: given.database, shipIntervalMs: 3_600_000 });
    const rounds = 40;
    for (let round = 0; round < rounds; round += 1) {
      const shipped = spool.ship();
      await spool.append(event());
      await shipped;
      await spool.append(event());
    }
    await spool.close();
    expect(await count()).toBe(before + 2 * rounds);
    expect(spool.statistics()).toEqual({ appended: 2 * rounds, shipped: 2 * rounds, dropped: 0, unreadable: 0 });
  });

  it('lists a shipped usage event unchanged', async () => {
    const directory = await temporaryDirectory();
    const spool = await UsageSpool.open({ directory, database: given.database });
    const sent = { ...event(), connectorId: 'con_listed' };
    await spool.append(sent);
    await spool.close();
    const { items } = await given.database.withOrganization(ours, (tx) =>
      listUsage(tx, { connectorId: 'con_listed' }, { limit: 10 }),
    );
    expect(items).toEqual([sent]);
  });
});
