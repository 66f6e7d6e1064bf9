import { newId, Secret, systemClock } from '@patchbay/foundation';
import { FAULTS, OAuthProvider, STRICT_RULES } from '@patchbay/testing';
import { createVault, localKeySource } from '@patchbay/vault';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  openCredential,
  type RefreshAnswer,
  type RefreshAsked,
  type RefreshDeps,
  refreshConnection,
  sealCredential,
} from '../src/connections/index.ts';
import { createDatabase, type Database } from '../src/database/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

let given: Given;
let home: GivenOrganization;
let tracker: OAuthProvider;
let gateways: readonly Database[];
const vault = createVault({ keySource: localKeySource([{ id: 0, bytes: Buffer.alloc(32, 5) }]) });

beforeAll(async () => {
  given = await startGiven();
  home = await given.organization();
  tracker = await OAuthProvider.start({ name: 'tracker' });
  await given.superuser.query(
    `INSERT INTO app.organization_providers (organization_id, id, provider, definition, created_by)
     VALUES ($1, $2, 'own-tracker', $3, '{}')`,
    [home.organizationId, newId('provider'), JSON.stringify(tracker.definition())],
  );
  gateways = [1, 2, 3].map(() => createDatabase({ url: given.test.urls.app, poolSizeMax: 4 }));
});
afterEach(() => {
  tracker.faults.clear();
  tracker.grants.rules = STRICT_RULES;
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  await tracker.close();
  await given.close();
});

/** Asks the stand-in as a client of RFC 6749 §6. */
const request: RefreshDeps['request'] = async ({ facts, refreshToken }): Promise<RefreshAnswer> => {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken.reveal() };
  const { id: client_id, secret: client_secret } = tracker.client;
  try {
    const answer = await tracker.fetch(facts.oauth?.endpoints?.token ?? '', {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_id, client_secret }),
    });
    const body = JSON.parse(await answer.text());
    if (answer.status === 429) return { kind: 'not_performed', retryAfterSeconds: 30 };
    if (answer.status >= 400) return { kind: 'refused', error: body.error };
    const tokens = {
      kind: 'oauth2' as const,
      accessToken: new Secret(body.access_token),
      refreshToken: new Secret(body.refresh_token),
      tokenType: 'bearer',
      expiresAt: new Date(Date.now() + body.expires_in * 1000),
      scopes: ['read'],
    };
    return { kind: 'tokens', tokens };
  } catch {
    return { kind: 'unknown' };
  }
};

const depsOf = (database: Database): RefreshDeps => ({ database, vault, clock: systemClock, request });

async function connect(expiresAt: Date): Promise<RefreshAsked> {
  const { accessToken, refreshToken, scopes } = tracker.connect('anna', ['read']);
  const id = newId('connection');
  const sealed = await given.database.withOrganization(home, (tx) =>
    sealCredential(tx, vault, id, {
      kind: 'oauth2',
      accessToken: new Secret(accessToken),
      refreshToken: new Secret(refreshToken ?? ''),
      tokenType: 'bearer',
      expiresAt,
      scopes,
    }),
  );
  await given.superuser.query(
    `INSERT INTO app.connections (organization_id, id, provider, owner_kind, kind, account_id, account_label, credential, expires_at)
     VALUES ($1, $2, 'own-tracker', 'organization', 'oauth2', $2, 'anna', $3, $4)`,
    [home.organizationId, id, sealed, expiresAt],
  );
  return { organizationId: home.organizationId, connectionId: id, staleRevision: 1 };
}

async function rowOf({ connectionId }: RefreshAsked) {
  const { rows } = await given.superuser.query('SELECT * FROM app.connections WHERE id = $1', [connectionId]);
  return rows[0];
}

const first = () => depsOf(gateways[0] ?? given.database);
const expired = () => new Date(Date.now() - 1_000);
const inAnHour = () => new Date(Date.now() + 3_600_000);

describe('a refresh', () => {
  it('stops with a connection that its person has to renew, when the provider answers invalid_grant', async () => {
    const asked = await connect(expired());
    tracker.grants.revokeAccount('acc-anna');
    const sent = tracker.refreshes().length;
    expect(await refreshConnection(first(), asked)).toEqual({ kind: 'needs_reconnect' });
    expect(await refreshConnection(first(), asked)).toEqual({ kind: 'needs_reconnect' });
    expect(tracker.refreshes().length - sent).toBe(1);
    expect(await rowOf(asked)).toMatchObject({
      status: 'needs_reconnect',
      status_reason: 'connections.refresh_refused',
      refresh_started_at: null,
      refresh_at: null,
    });
  });

  it('is one request for 200 calls at the moment of expiry through three gateways, and all get its tokens', async () => {
    const asked = await connect(expired());
    const sent = tracker.refreshes().length;
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, call) => refreshConnection(depsOf(gateways[call % 3] ?? given.database), asked)),
    );
    expect(tracker.refreshes().length - sent).toBe(1);
    const tokens = outcomes.map((one) => (one.kind === 'credential' ? one.credential.accessToken.reveal() : one.kind));
    expect(new Set(tokens).size).toBe(1);
    expect(tracker.grants.check(tokens[0] ?? '')).toMatchObject({ account: 'acc-anna' });
    const row = await rowOf(asked);
    expect(row).toMatchObject({
      status: 'active',
      credential_revision: 2,
      refresh_failures: 0,
      refresh_started_at: null,
    });
    const stored = await given.database.withOrganization(home, (tx) =>
      openCredential(tx, vault, asked.connectionId, row.credential),
    );
    expect(stored.kind === 'oauth2' && stored.accessToken.reveal()).toBe(tokens[0]);
  });

  it('backs off from a provider that fails, and sends nothing meanwhile', async () => {
    const asked = await connect(expired());
    tracker.faults.add('token', FAULTS.limited, Number.POSITIVE_INFINITY);
    const sent = tracker.refreshes().length;
    for (let call = 0; call < 3; call++) expect((await refreshConnection(first(), asked)).kind).toBe('unavailable');
    expect(tracker.refreshes().length - sent).toBe(1);
    expect(await rowOf(asked)).toMatchObject({ status: 'active', refresh_failures: 1, refresh_started_at: null });
  });

  it('whose answer is lost is not sent again while the access token works, where that would revoke the grant', async () => {
    const asked = await connect(inAnHour());
    tracker.faults.add('token', FAULTS.lostAnswer);
    expect((await refreshConnection(first(), asked)).kind).toBe('unavailable');
    const sent = tracker.refreshes().length;
    const outcome = await refreshConnection(first(), asked);
    expect(outcome.kind === 'credential' && tracker.grants.check(outcome.credential.accessToken.reveal())).toBeTruthy();
    expect(tracker.refreshes().length).toBe(sent);
    expect((await rowOf(asked)).refresh_started_at).toBeInstanceOf(Date);
  });

  it('whose answer is lost is sent again within a provider’s grace period, and gets the tokens', async () => {
    tracker.grants.rules = { ...STRICT_RULES, graceSeconds: 60 };
    const asked = await connect(expired());
    tracker.faults.add('token', FAULTS.lostAnswer);
    expect((await refreshConnection(first(), asked)).kind).toBe('unavailable');
    await given.superuser.query('UPDATE app.connections SET refresh_at = now() WHERE id = $1', [asked.connectionId]);
    expect(await refreshConnection(first(), asked)).toMatchObject({ kind: 'credential', revision: 2 });
  });

  it('records when the API refused the access token, and answers that with a new one', async () => {
    const asked = await connect(inAnHour());
    const outcome = await refreshConnection(first(), { ...asked, isUnauthorized: true });
    expect(outcome).toMatchObject({ kind: 'credential', revision: 2 });
    const row = await rowOf(asked);
    expect(row.last_unauthorized_at).toBeInstanceOf(Date);
    expect(row.last_refreshed_at).toBeInstanceOf(Date);
  });
});
