import { createDatabase } from '@patchbay/domain';
import { ChangeFeed } from '@patchbay/domain/changes';
import { createGrantDirectory, SigningKeys } from '@patchbay/domain/grants';
import { systemClock } from '@patchbay/foundation';
import type { GivenAccessToken } from '@patchbay/testing';
import { createStateSealer, openKeySource } from '@patchbay/vault';
import { importJWK, jwtVerify } from 'jose';
import pg from 'pg';
import { AccessTokens } from '../../apps/gateway/src/mcp/access/verify-access-token.ts';
import { type Summary, summarize } from '../measuring/summarize.ts';
import type { AuthInstallation } from './auth-installation.ts';

export interface VerificationPlan {
  /** Verifications of a known token. */
  readonly warm: number;
  /** Tokens that are verified once each. */
  readonly fresh: number;
  /** Grants that are in the table for the second measurement. */
  readonly grants: number;
}

/** The target for a token that is known. Milliseconds. */
const WARM_P50_MS_MAX = 0.1;
/** How much slower 10 000 grants may make it. */
const SLOWER_MAX = 1.1;

/** The parts of a gateway that verify tokens, in this process. */
async function openParts({ urls, masterKeyFile, installation }: AuthInstallation) {
  const database = createDatabase({ url: urls.app, poolSizeMax: 5 });
  const feed = new ChangeFeed({ url: urls.app });
  await feed.start();
  const grants = createGrantDirectory({ database, feed });
  const pool = new pg.Pool({ connectionString: urls.auth, max: 1 });
  const keySource = await openKeySource({ masterKeyFile });
  const keys = new SigningKeys({ pool, sealer: await createStateSealer(keySource, 'oauth signing keys') });
  const open = () => new AccessTokens({ issuer: installation.ready.origin, keys, grants, clock: systemClock });
  const close = async () => {
    await grants.close();
    keys.close();
    await feed.close();
    await pool.end();
    await database.close();
  };
  return { keys, open, close };
}

/** Lines of the report. */
export async function* measureVerification(at: AuthInstallation, plan: VerificationPlan): AsyncGenerator<string> {
  const { given, echo } = at;
  const { organization } = echo;
  const known = await given.accessToken(echo, { clientId: 'known' });
  const parts = await openParts(at);
  try {
    const before = await timeWarm(parts.open(), known.token, plan.warm);
    yield line('a known token', before, `p50 ≤ ${WARM_P50_MS_MAX} ms`, before.p50 <= WARM_P50_MS_MAX);
    const [fresh, bare] = await timeFresh(parts, known, plan.fresh);
    yield line('a token seen for the first time', fresh);
    yield line('compared: jose alone, the same tokens', bare);

    await fillGrants(at, { organizationId: organization.id, personId: organization.owner.id }, plan.grants);
    const another = await given.accessToken(echo, { clientId: 'another' });
    const tokens = parts.open();
    const first = await timed(() => tokens.verify(another.token, 0));
    yield `the first token of a grant, with ${plan.grants} grants in the table: ${first.toFixed(2)} ms`;
    const after = await timeWarm(parts.open(), known.token, plan.warm);
    const again = await timeWarm(parts.open(), known.token, plan.warm);
    const ratio = Math.min(after.p50, again.p50) / before.p50;
    yield line(
      `a known token, with ${plan.grants} grants in the table`,
      after,
      `≤ ${SLOWER_MAX} ×`,
      ratio <= SLOWER_MAX,
    );
    yield `  ${ratio.toFixed(2)} × the first; noise ${(again.p50 / after.p50).toFixed(2)} ×`;
  } finally {
    await parts.close();
  }
}

async function timeWarm(tokens: AccessTokens, token: string, count: number): Promise<Summary> {
  for (let round = 0; round < 2_000; round += 1) await tokens.verify(token, 0);
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) times.push(await timed(() => tokens.verify(token, 0)));
  return summarize(times);
}

/** Times of the whole verification, and of the signature alone. */
async function timeFresh(
  { open, keys }: Awaited<ReturnType<typeof openParts>>,
  known: GivenAccessToken,
  count: number,
): Promise<[Summary, Summary]> {
  const fresh = await Promise.all(Array.from({ length: count }, (_, index) => known.again({ jti: `fresh-${index}` })));
  const tokens = open();
  await tokens.verify(known.token, 0);
  const whole: number[] = [];
  for (const token of fresh) whole.push(await timed(() => tokens.verify(token, 0)));
  const { publicKeys } = await keys.current();
  const key = await importJWK({ ...publicKeys[0] }, 'ES256');
  const bare: number[] = [];
  for (const token of fresh) bare.push(await timed(() => jwtVerify(token, key)));
  return [summarize(whole), summarize(bare)];
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Writes rows of other grants, as an installation with many people has them. */
async function fillGrants(
  { superuser }: AuthInstallation,
  { organizationId, personId }: { readonly organizationId: string; readonly personId: string },
  count: number,
): Promise<void> {
  await superuser.query(
    `INSERT INTO app.grants (organization_id, id, provider_hash, person_id, client_id, client_name, resource_path,
       scopes, expires_at)
     SELECT $1, 'grt_' || lpad(n::text, 26, '0'), sha256(n::text::bytea), $2, 'client-' || n, 'Claude', '/x/mcp',
       '{tools:read}', now() + interval '1 day' FROM generate_series(1, $3) AS n`,
    [organizationId, personId, count],
  );
}

function line(what: string, { p50, p95, min }: Summary, target = '', isMet: boolean | null = null): string {
  const verdict = isMet === null ? '' : `  target ${target}: ${isMet ? 'met' : 'MISSED'}`;
  return `${what}: p50 ${p50.toFixed(4)} ms, p95 ${p95.toFixed(4)} ms, min ${min.toFixed(4)} ms${verdict}`;
}
