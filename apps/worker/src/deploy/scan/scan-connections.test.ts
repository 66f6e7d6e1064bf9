import { expect, it } from 'vitest';
import { checkManifest } from '../manifest/check-manifest.ts';
import { scanConnections } from './scan-connections.ts';

/** The rules that a connector with one connection breaks. */
function scan(provider: string, host?: string, rules: object[] = []) {
  const { manifest } = checkManifest({
    manifestVersion: 1,
    sdk: 'connector',
    server: { name: 'a' },
    tools: [{ name: 'a', inputSchema: { type: 'object' } }],
    prompts: [],
    resources: [],
    resourceTemplates: [],
    egress: host === undefined ? rules : [{ host, port: 443 }],
    auth: { type: 'none' },
    connections: { one: { provider, scopes: [] } },
    dynamic: false,
    secrets: {},
    codeGeneration: false,
  });
  const facts = { youngPackages: [], scriptedPackages: [], snapshotNotTaken: null, unstable: [] };
  return scanConnections({ manifest, code: '', codeGenerationAllowed: false, ...facts }).map(({ rule }) => rule);
}

it('warns of a connection of a provider that is not in the catalogue', () => {
  expect(scan('no-such', 'api.github.com')).toEqual(['connection_provider_unknown']);
});

it.each([undefined, 'api.example.com', 'github.com.example.com', 'zendesk.com'])(
  'warns of a connection whose connector declares %s and no host of the provider',
  (host) => {
    expect(scan('github', host)).toEqual(['connection_without_egress']);
    expect(scan('zendesk', host)).toEqual(['connection_without_egress']);
  },
);

it('warns of exceptions that an owner has to see', () => {
  const reads = [{ method: 'POST', path: '/search' }];
  const rules = [{ host: 'api.example.com', port: 443, anonymous: true, reads }];
  expect(scan('own-crm', undefined, rules)).toEqual(['egress_declared_reads', 'egress_anonymous']);
});

it('warns of no connection whose provider has a declared host, or is the organization’s own', () => {
  expect(scan('github', 'api.github.com')).toEqual([]);
  expect(scan('zendesk', 'acme.zendesk.com')).toEqual([]);
  expect(scan('own-crm')).toEqual([]);
});
