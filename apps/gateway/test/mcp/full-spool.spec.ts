import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listUsage } from '@patchbay/domain/usage';
import {
  echoVersion,
  type GivenOrganization,
  hasSandboxes,
  openSmallDisk,
  type Platform,
  skipUnless,
  startPlatform,
  waitFor,
} from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';
import { readHealth, readMetric } from './read-health.ts';

const spoolDisk = hasSandboxes() ? await openSmallDisk(64 * 1024) : null;
const { describe, it } = skipUnless(spoolDisk !== null, 'no sandboxes, or this user may mount no disk');

let platform: Platform;
let disk: string;
let acme: GivenOrganization;
let key: string;

beforeAll(async () => {
  if (spoolDisk === null) return;
  disk = spoolDisk.directory;
  platform = await startPlatform({ environment: { SPOOL_DIR: disk } });
  acme = await platform.given.organization('acme');
  await platform.given.publishedVersion(await platform.given.connector(acme, 'echo'), echoVersion('one'));
  key = await platform.given.apiKey(acme);
}, 60_000);
afterAll(async () => {
  await platform?.stop();
  await spoolDisk?.unmount();
});

const call = async () => {
  const { headers, body } = modernRequest('tools/call', { name: 'mark', arguments: {} });
  const response = await fetch(`${platform.origin}/acme/echo/mcp`, {
    method: 'POST',
    body,
    headers: { ...headers, authorization: `Bearer ${key}` },
  });
  return { status: response.status, requestId: response.headers.get('request-id'), text: await response.text() };
};

describe('a gateway whose spool disk is full', () => {
  it('answers reads, counts lost events, reports them in its health, and keeps events again when there is room', async () => {
    expect(await call()).toMatchObject({ status: 200 });
    expect(await readMetric(platform, 'patchbay_usage_events_dropped_total')).toBe(0);

    const ballast = path.join(disk, 'ballast');
    await expect(writeFile(ballast, Buffer.alloc(128 * 1024))).rejects.toMatchObject({ code: 'ENOSPC' });
    // Many at once: what is shipped meanwhile leaves room for a few.
    const answers = await Promise.all(Array.from({ length: 40 }, call));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const dropped = await readMetric(platform, 'patchbay_usage_events_dropped_total');
    expect(dropped).toBeGreaterThan(0);
    expect((await readHealth(platform)).checks.usage).toMatchObject({
      state: 'degraded',
      reasons: [expect.stringContaining(`${dropped} usage events lost`)],
    });

    await rm(ballast);
    const { requestId } = await call();
    await waitFor(
      async () => {
        const scope = { organizationId: acme.id };
        const page = await platform.given.database.withOrganization(scope, (tx) => listUsage(tx, {}, { limit: 50 }));
        return page.items.some((event) => event.requestId === requestId);
      },
      { what: 'the event of a call after there was room' },
    );
    expect(await readMetric(platform, 'patchbay_usage_events_dropped_total')).toBe(dropped);
  });
});
