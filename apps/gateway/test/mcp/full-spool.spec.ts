import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listUsage } from '@patchbay/domain/usage';
import { echoVersion, hasSandboxes, openSmallDisk, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { afterAll, expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';
import { readHealth, readMetric } from './read-health.ts';

const spoolDisk = hasSandboxes() ? await openSmallDisk(64 * 1024) : null;
const { describe, it } = skipUnless(spoolDisk !== null, 'no sandboxes, or this user may mount no disk');

const disk = spoolDisk?.directory ?? '';

afterAll(() => spoolDisk?.unmount());
const here = withPlatform({ when: spoolDisk !== null, environment: { SPOOL_DIR: disk } }, async ({ given }) => {
  const acme = await given.organization('acme');
  await given.live(acme, 'echo', echoVersion('one'));
  return { acme, key: await given.apiKey(acme) };
});

const call = async () => {
  const { headers, body } = modernRequest('tools/call', { name: 'mark', arguments: {} });
  const response = await fetch(`${here.platform.origin}/acme/echo/mcp`, {
    method: 'POST',
    body,
    headers: { ...headers, authorization: `Bearer ${here.key}` },
  });
  return { status: response.status, requestId: response.headers.get('request-id'), text: await response.text() };
};

describe('a gateway whose spool disk is full', () => {
  it('a gateway with a full spool disk answers reads, reports lost events, and keeps later ones', async () => {
    expect(await call()).toMatchObject({ status: 200 });
    expect(await readMetric(here.platform, 'patchbay_usage_events_dropped_total')).toBe(0);

    const ballast = path.join(disk, 'ballast');
    await expect(writeFile(ballast, Buffer.alloc(128 * 1024))).rejects.toMatchObject({ code: 'ENOSPC' });
    // Many at once: what is shipped meanwhile leaves room for a few.
    const answers = await Promise.all(Array.from({ length: 40 }, call));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const dropped = await readMetric(here.platform, 'patchbay_usage_events_dropped_total');
    expect(dropped).toBeGreaterThan(0);
    expect((await readHealth(here.platform)).checks.usage).toMatchObject({
      state: 'degraded',
      reasons: [expect.stringContaining(`${dropped} usage events lost`)],
    });

    await rm(ballast);
    const { requestId } = await call();
    await waitFor(
      async () => {
        const scope = { organizationId: here.acme.id };
        const page = await here.platform.given.database.withOrganization(scope, (tx) =>
          listUsage(tx, {}, { limit: 50 }),
        );
        return page.items.some((event) => event.requestId === requestId);
      },
      { what: 'the event of a call after there was room' },
    );
    expect(await readMetric(here.platform, 'patchbay_usage_events_dropped_total')).toBe(dropped);
  });
});
