import { redisMissing, skipUnless } from '@patchbay/testing';
import type { PlatformProcess } from '@patchbay/testing/platform/platform-process';
import { afterAll, beforeAll, expect } from 'vitest';
import { type GivenDeploys, givenDeploys, greeter, hasBubblewrap, NO_BUBBLEWRAP } from './given-deploys.ts';

const { describe, it } = skipUnless(hasBubblewrap && redisMissing() === null, redisMissing() ?? NO_BUBBLEWRAP);

async function metricsOf({ internalUrl }: PlatformProcess): Promise<string> {
  return (await fetch(`${internalUrl}/metrics`)).text();
}

describe('a deploy whose queue is lost', () => {
  let deploys: GivenDeploys;
  beforeAll(async () => {
    deploys = await givenDeploys({ queue: 'redis', startWorker: false });
  });
  afterAll(() => deploys?.close());

  it('forged jobs run no step of a version that is final or not there', async () => {
    const connector = await deploys.given.connector(await deploys.given.organization('acme'), 'greeter');
    const worker = await deploys.startWorker();
    const version = await deploys.submit(connector, greeter());
    expect(await deploys.finished(connector, version)).toMatchObject({ state: 'published' });
    const before = await deploys.steps(connector, version);
    for (const data of [
      { versionId: version.id },
      { versionId: 'ver_0' },
      { run: 'rm -rf /' },
      { versionId: version.id, organizationId: 'org_x' },
    ]) {
      await deploys.queue.add('deploy', data as { versionId: string });
    }
    const next = await deploys.submit(connector, greeter());
    await deploys.finished(connector, next);
    expect(await deploys.steps(connector, version)).toEqual(before);
    // In no audit log: a job proves no organization. Two name no version, two name one that is not due.
    const ignored = await metricsOf(worker);
    expect(ignored).toContain('patchbay_deploy_jobs_ignored_total{reason="malformed"} 2');
    expect(ignored).toContain('patchbay_deploy_jobs_ignored_total{reason="not_due"} 2');
    await worker.end('SIGKILL');
  });

  it('a deploy is finished by a worker that has another queue, and while Redis is gone', async () => {
    const connector = await deploys.given.connector(await deploys.given.organization('globex'), 'greeter');
    const version = await deploys.submit(connector, greeter());
    await deploys.redis?.stop();
    const worker = await deploys.startWorker({ REDIS_URL: '' });
    expect(await deploys.finished(connector, version)).toMatchObject({ state: 'published' });
    await worker.end('SIGKILL');
    const later = await deploys.submit(connector, greeter(), { wake: false });
    const withoutQueue = await deploys.startWorker();
    expect(await deploys.finished(connector, later)).toMatchObject({ state: 'published' });
    await withoutQueue.end('SIGKILL');
  });
});
