import { listDeployments } from '@patchbay/domain/deployments';
import type { GivenConnector } from '@patchbay/testing';
import { redisMissing, skipUnless } from '@patchbay/testing';
import { type TestPostgres, testPostgres } from '@patchbay/testing/services/postgres';
import { afterEach, expect } from 'vitest';
import { type GivenDeploys, givenDeploys, greeter, hasBubblewrap, NO_BUBBLEWRAP } from './given-deploys.ts';
import { holdDeploys } from './hold-deploys.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);
const withRedis = skipUnless(hasBubblewrap && redisMissing() === null, redisMissing() ?? NO_BUBBLEWRAP);
const DONE_ONCE = ['received', 'resolving', 'building', 'probing', 'scanning', 'storing'].map(
  (name) => `${name} done 1`,
);

describe('a deploy in the middle of which a service dies', () => {
  let deploys: GivenDeploys | undefined;
  let postgres: TestPostgres | undefined;
  afterEach(async () => {
    await deploys?.close();
    await postgres?.stop();
    deploys = undefined;
    postgres = undefined;
  });

  async function given(options: Parameters<typeof givenDeploys>[0]) {
    deploys = await givenDeploys(options);
    const connector = await deploys.given.connector(await deploys.given.organization('acme'), 'greeter');
    return { deploys, connector };
  }

  async function stepsOf(deploys: GivenDeploys, connector: GivenConnector, version: { id: string }) {
    const steps = await deploys.steps(connector, version);
    return steps.map(({ name, state, attempt }) => `${name} ${state} ${attempt}`);
  }

  it('a deploy continues by itself when PostgreSQL is back, and activates once', { timeout: 180_000 }, async () => {
    postgres = await testPostgres();
    const { deploys, connector } = await given({ database: postgres.database });
    const held = await holdDeploys(postgres.database);
    const hold = await held.at('building done');
    const version = await deploys.submit(connector, greeter(), { wake: false });
    await hold.reached();
    await postgres.kill();
    await postgres.restart();
    expect(await deploys.finished(connector, version, 90_000)).toMatchObject({ state: 'published', failure: null });
    expect(await stepsOf(deploys, connector, version)).toEqual(DONE_ONCE.with(2, 'building done 2'));
    const page = await deploys.inScope(connector, (tx) => listDeployments(tx, connector.id, { limit: 10 }));
    expect(page.items).toHaveLength(1);
  });

  withRedis.it('a deploy does not notice that Redis is gone', { timeout: 180_000 }, async () => {
    const { deploys, connector } = await given({ queue: 'redis' });
    const held = await holdDeploys(deploys.database);
    const hold = await held.at('building done');
    const version = await deploys.submit(connector, greeter());
    await hold.reached();
    process.kill(deploys.redis?.pid ?? 0, 'SIGKILL');
    await hold.release();
    expect(await deploys.finished(connector, version, 90_000)).toMatchObject({ state: 'published', failure: null });
    expect(await stepsOf(deploys, connector, version)).toEqual(DONE_ONCE);
    await held.close();
  });
});
