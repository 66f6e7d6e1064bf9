import { ConfigError } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { loadSupervisorConfig } from './config.ts';

const LOCAL = {
  PATCHBAY_ORIGIN: 'http://localhost:4000',
  SUPERVISOR_SOCKET: '/run/supervisor.sock',
  SANDBOX_DIR: '/sandbox',
  PACKAGE_STORE_DIR: '/packages',
  SUPERVISOR_INTERNAL_PORT: '4003',
};
const REMOTE = {
  ...LOCAL,
  SUPERVISOR_ID: 'sup-1',
  SUPERVISOR_LISTEN: '10.0.0.5:7443',
  SUPERVISOR_TLS_CA_FILE: '/ca.pem',
  SUPERVISOR_TLS_CERT_FILE: '/certificate.pem',
  SUPERVISOR_TLS_KEY_FILE: '/key.pem',
};

const problems = (env: NodeJS.ProcessEnv): string => {
  try {
    loadSupervisorConfig(env);
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n');
    throw error;
  }
};

describe('loadSupervisorConfig', () => {
  it.each([
    ['no way in', { ...LOCAL, SUPERVISOR_SOCKET: '' }, 'SUPERVISOR_SOCKET: set it, or SUPERVISOR_LISTEN'],
    [
      'a port for others without a key',
      { ...REMOTE, SUPERVISOR_TLS_KEY_FILE: '' },
      'SUPERVISOR_TLS_KEY_FILE: is needed',
    ],
    ['a certificate alone', { ...LOCAL, SUPERVISOR_TLS_CERT_FILE: '/c.pem' }, 'is needed beside the other two'],
    ['a port without an address', { ...REMOTE, SUPERVISOR_LISTEN: '7443' }, 'SUPERVISOR_LISTEN: must be host:port'],
    ['an id that no certificate has', { ...REMOTE, SUPERVISOR_ID: 'Sup_1' }, 'SUPERVISOR_ID'],
    ['an empty registration', { ...LOCAL, SUPERVISOR_REGISTRY_URL: 'redis://r' }, 'SUPERVISOR_LISTEN: is needed'],
    ['a group by its name', { ...LOCAL, SUPERVISOR_SOCKET_GID: 'patchbay' }, 'SUPERVISOR_SOCKET_GID'],
    [
      'an open Redis in production',
      { ...REMOTE, PATCHBAY_MODE: 'production', SUPERVISOR_REGISTRY_URL: 'redis://r:6379' },
      'SUPERVISOR_REGISTRY_URL: has no password',
    ],
    [
      'a Redis in the clear in production',
      { ...REMOTE, PATCHBAY_MODE: 'production', SUPERVISOR_REGISTRY_URL: 'redis://supervisors:long-and-random@r:6379' },
      'SUPERVISOR_REGISTRY_URL: is reached without TLS',
    ],
  ])('the supervisor’s configuration refuses %s', (_what, env, expected) => {
    expect(problems(env)).toContain(expected);
  });

  it('a supervisor registers the address it listens on, unless peers reach it by another', () => {
    const listen = { host: '10.0.0.5', port: 7443 };
    expect(loadSupervisorConfig(REMOTE)).toMatchObject({ hostId: 'sup-1', listen, advertised: listen });
    const behind = loadSupervisorConfig({ ...REMOTE, SUPERVISOR_ADVERTISE: 'sup-1.example:443' });
    expect(behind).toMatchObject({ listen, advertised: { host: 'sup-1.example', port: 443 } });
  });

  it('a supervisor needs no package store to serve, and no second machine', () => {
    expect(loadSupervisorConfig({ ...REMOTE, PACKAGE_STORE_DIR: '' }).packageStoreDirectory).toBeUndefined();
    expect(loadSupervisorConfig(LOCAL)).toMatchObject({ hostId: 'local', listen: null, registryUrl: null });
  });
});
