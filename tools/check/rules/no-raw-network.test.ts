import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { noRawNetwork } from './no-raw-network.ts';

describe('no-raw-network', () => {
  it.each([
    ['fetch', 'await fetch(url);'],
    ['undici', "import { request } from 'undici';"],
    ['http.request', "import { request } from 'node:http';"],
    ['a namespace of net', "import * as net from 'node:net';"],
  ])('refuses %s in an app and in the domain', async (_, text) => {
    expect(await objections(noRawNetwork, { 'apps/worker/src/a.ts': text })).toHaveLength(1);
    expect(await objections(noRawNetwork, { 'packages/domain/src/a.ts': text })).toHaveLength(1);
  });

  it('refuses a raw connection in a package that is not listed, and accepts it in one whose subject it is', async () => {
    const text = 'await fetch(url);';
    expect(await objections(noRawNetwork, { 'packages/new-one/src/a.ts': text })).toHaveLength(1);
    expect(await objections(noRawNetwork, { 'apps/new-one/src/a.ts': text })).toHaveLength(1);
    expect(await objections(noRawNetwork, { 'packages/egress/src/a.ts': text })).toEqual([]);
  });

  it('accepts listening, an injected fetch, and a request of the dashboard to its own origin', async () => {
    const files = {
      'apps/worker/src/a.ts': "import { createServer } from 'node:http';\nawait upstream.fetch(url);",
      'apps/dashboard/src/lib/api.ts': 'await fetch(path);',
    };
    expect(await objections(noRawNetwork, files)).toEqual([]);
  });
});
