import { insertLogLines } from '@patchbay/domain/logs';
import { openSecrets } from '@patchbay/domain/secrets';
import { submitVersion } from '@patchbay/domain/versions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };
let connectorId: string;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const BYTES_LINE = {
  subject: '',
  sandboxId: 'sbx_1',
  level: 'info',
  source: 'stderr',
  requestId: 'req_bytes',
} as const;
const BASE = '/organizations/acme/connectors/weather';

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
  const created = await installation.call('POST', '/organizations/acme/connectors', {
    as: owner,
    body: { slug: 'weather' },
  });
  connectorId = created.body.id;
});
afterAll(() => installation.close());

describe('secrets', () => {
  const set = (name: string, value: string) =>
    installation.call('PUT', `${BASE}/secrets/${name}`, { as: owner, body: { value } });

  it('secrets with an empty value or a name that is no environment name are refused', async () => {
    for (const name of ['lower', '1A', 'A-B', 'A'.repeat(65)]) {
      expect([name, (await set(name, 'x')).body.code]).toEqual([name, 'admin.invalid_request']);
    }
    expect((await set('API_KEY', '')).body.code).toBe('admin.invalid_request');
  });

  it('a deploy key may not set a secret', async () => {
    const key = await installation.key(owner, { kind: 'deploy' });
    const answer = await installation.call('PUT', `${BASE}/secrets/API_KEY`, { as: key, body: { value: 'x' } });
    expect([answer.status, answer.body.data]).toEqual([403, { permission: 'secrets:write' }]);
  });

  it('the value of a secret is in no answer and in no audit event', async () => {
    const before = await installation.call('GET', BASE, { as: owner });
    const answers = [await set('API_KEY', 'hunter2-very-secret')];
    answers.push(await installation.call('GET', `${BASE}/secrets`, { as: owner }));
    answers.push(await installation.call('GET', '/organizations/acme/audit-events', { as: owner }));
    answers.push(await installation.call('GET', BASE, { as: owner }));
    expect(answers.map(({ status }) => status)).toEqual([204, 200, 200, 200]);
    for (const { text } of answers) expect(text).not.toContain('hunter2');
    expect(answers[1]?.body.items).toMatchObject([{ name: 'API_KEY' }]);
    expect(answers[2]?.body.items[0]).toMatchObject({ action: 'secret.set' });
    expect(answers[3]?.body.settingsRevision).toBeGreaterThan(before.body.settingsRevision);
    const opened = await installation.database.withOrganization(owner, (tx) =>
      openSecrets(tx, installation.vault, connectorId),
    );
    expect(opened).toEqual({ API_KEY: 'hunter2-very-secret' });
  });

  it('a deleted secret is gone, and its second deletion is answered with 404', async () => {
    expect((await installation.call('DELETE', `${BASE}/secrets/API_KEY`, { as: owner })).status).toBe(204);
    expect((await installation.call('DELETE', `${BASE}/secrets/API_KEY`, { as: owner })).status).toBe(404);
  });
});

describe('logs', () => {
  it('logs come in order, by level, by request and by page, and without other people’s text', async () => {
    const version = await installation.database.withOrganization(owner, (tx) =>
      submitVersion(
        tx,
        { kind: 'person', personId: owner.personId },
        { connectorId, sourceDigest: `sha256:${'0'.repeat(64)}`, typecheck: true, activate: true },
      ),
    );
    const line = {
      organizationId: owner.organizationId,
      connectorId,
      versionId: version.id,
      sandboxId: 'sbx_1',
    } as const;
    await insertLogLines(installation.database, [
      { ...line, subject: '', at: new Date(), level: 'info', source: 'connector', text: 'one', requestId: 'req_a' },
      { ...line, subject: '', at: new Date(), level: 'error', source: 'stderr', text: 'two\u001b[2J' },
      { ...line, subject: 'psn_other', at: new Date(), level: 'info', source: 'connector', text: 'private' },
    ]);
    const read = (query: string) => installation.call('GET', `${BASE}/logs?${query}`, { as: owner });
    const all = await read('limit=10');
    expect(all.body.items.map(({ text, hidden }: { text: string; hidden: boolean }) => [text, hidden])).toEqual([
      ['one', false],
      [expect.not.stringContaining('\u001b'), false],
      ['[hidden]', true],
    ]);
    expect(all.body.items[0]).toMatchObject({ requestId: 'req_a', versionNumber: 1, source: 'connector' });
    expect((await read('level=error')).body.items).toHaveLength(1);
    expect((await read('requestId=req_a')).body.items).toHaveLength(1);
    const first = await read(`cursor=0&limit=2`);
    const rest = await read(`cursor=${first.body.nextCursor}&limit=2`);
    expect([first.body.items.length, rest.body.items.length]).toEqual([2, 1]);
    expect((await read('cursor=abc')).body.code).toBe('admin.invalid_request');
  });

  it('logs hold every byte as text: no answer carries control characters, and no line looks like two', async () => {
    const text = `${Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('')}\u2028\u202e\ufeff`;
    const versions = await installation.call('GET', `${BASE}/versions`, { as: owner });
    const line = { organizationId: owner.organizationId, connectorId, versionId: versions.body.items[0].id };
    const forged = '{"level":"error","source":"platform","requestId":"req_forged"}';
    const texts = [text, `x\n${forged}`, 'x'.repeat(1024 * 1024)];
    await insertLogLines(
      installation.database,
      texts.map((one) => ({ ...line, ...BYTES_LINE, at: new Date(), text: one })),
    );
    const answer = await installation.call('GET', `${BASE}/logs?limit=200&requestId=req_bytes`, { as: owner });
    const shown: { text: string; level: string; source: string }[] = answer.body.items;
    expect(shown.map(({ level, source }) => [level, source])).toEqual(Array(3).fill(['info', 'stderr']));
    for (const one of shown) {
      expect(one.text).not.toMatch(OBEYED);
      expect(Buffer.byteLength(one.text)).toBeLessThanOrEqual(8192);
    }
    expect(answer.text).not.toMatch(OBEYED);
  });
});
