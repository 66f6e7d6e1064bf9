import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { paths } from '../src/lib/paths.ts';

const APP = path.resolve(import.meta.dirname, '../src/app');

/** The route that answers an address, with the names of the test as the parameters they are given for. */
function routeOf(address: string): string {
  const segments = address.replace('acme', '[organization]').replace('weather', '[connector]');
  return path.join(APP, segments, 'page.tsx');
}

describe('every path of the dashboard', () => {
  it.each(Object.entries(paths))('the dashboard path %s is answered by a route', (_name, pathTo) => {
    const address = typeof pathTo === 'string' ? pathTo : addressOf(pathTo);
    expect(existsSync(routeOf(address)), address).toBe(true);
  });
});

/** `signIn` takes the page to come back to, the others an organization and perhaps a connector. */
function addressOf(pathTo: (organization: string, connector: string) => string): string {
  return pathTo === paths.signIn ? paths.signIn() : pathTo('acme', 'weather');
}
