import { describe, expect, it } from 'vitest';
import { postgresSettings } from './postgres.ts';
import type { RunnerConnection } from './runtime.ts';

function connection(name: string, account: string, isDefault = false): RunnerConnection {
  return { name, account, hosts: [], reference: `cref_${account}`, isDefault };
}
const egressSocket = '/run/egress.sock';

describe('postgresSettings', () => {
  it('refuses a database that the call does not have, and names those that it has', () => {
    const connections = [connection('shop', 'live'), connection('github', 'ada')];
    expect(() => postgresSettings('sales', {}, { connections, egressSocket })).toThrow('no database "sales"');
    expect(() => postgresSettings('shop', { account: 'test' }, { connections, egressSocket })).toThrow('It has: live.');
  });

  it('refuses to choose among several databases without a default', () => {
    const connections = [connection('shop', 'live'), connection('shop', 'test')];
    expect(() => postgresSettings('shop', {}, { connections, egressSocket })).toThrow('live, test');
  });

  it('refuses where there is no way out, as in a test', () => {
    const given = { connections: [connection('shop', 'live')], egressSocket: undefined };
    expect(() => postgresSettings('shop', {}, given)).toThrow('Run the connector in Patchbay');
  });

  it('gives settings that name neither the server nor a password', () => {
    const connections = [connection('shop', 'live', true), connection('shop', 'test')];
    for (const choice of [{}, { account: 'test' }]) {
      const { stream: _, ...settings } = postgresSettings('shop', choice, { connections, egressSocket });
      expect(settings).toEqual({
        host: 'postgres',
        port: 5432,
        user: 'connection',
        database: 'connection',
        ssl: false,
      });
    }
  });
});
