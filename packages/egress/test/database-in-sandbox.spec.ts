import { skipUnless } from '@patchbay/testing';
import { bundleConnector } from '@patchbay/testing/connectors/bundle-connector';
import { type GivenHost, givenHost, hasBubblewrap, NO_BUBBLEWRAP } from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';
import { HOST } from './given-grant.ts';
import { TEST_AUTHORITY } from './local-authority.ts';
import { PASSWORD, withDatabase } from './with-database.ts';
import { TestEgressProxy } from './with-egress-proxy.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const database = withDatabase(new TestEgressProxy());

describe('a connector with pg from npm', () => {
  let given: GivenHost;

  beforeAll(async () => {
    given = await givenHost({
      certificateAuthorities: [TEST_AUTHORITY],
      trustedHosts: new Set([HOST]),
      resolver: async () => ['127.0.0.1'],
      openCredentials: async () => [database.grant()],
    });
  });
  afterAll(() => given.close());

  const call = async (tool: 'query' | 'reuse', args: { sql: string; name?: string; keep?: boolean }) => {
    const { code } = bundleConnector('querying');
    const outcome = await given.call({ code: code ?? '', tool, args, credentials: [{ id: 'cxn_1', hosts: [] }] });
    return JSON.stringify(outcome);
  };

  it('gets no database that its call does not have', async () => {
    expect(await call('query', { sql: 'SELECT 1', name: 'other' })).toContain('This call has no database');
  });

  it('queries as the connection’s user, and its call shows no password', async () => {
    const answer = await call('query', { sql: 'SELECT current_user AS who, sum(amount)::int AS total FROM sales' });
    expect(answer).toContain('reader');
    expect(answer).toContain('50500');
    expect(JSON.stringify([answer, given.logs])).not.toContain(PASSWORD);
  });

  it('cannot use a connection that an earlier call of it opened', async () => {
    expect(await call('query', { sql: "SELECT 'kept' AS state", keep: true })).toContain('kept');
    const answer = await call('reuse', { sql: "SELECT 'reused' AS state" });
    expect(answer).not.toContain('reused');
    expect(answer).toMatch(/terminated|not queryable|closed|ECONNRESET|EPIPE/);
  });
});
