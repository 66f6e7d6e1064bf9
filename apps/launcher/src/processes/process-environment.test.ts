import { Secret } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { loadStartConfig } from '../config.ts';
import { APP_NAMES, type AppName, type Installation, processEnvironment } from './process-environment.ts';
import { SAME_USER } from './service-users.ts';

const GIVEN = {
  PATH: '/usr/bin',
  HOME: '/root',
  TZ: 'Europe/Lisbon',
  NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
  NODE_OPTIONS: '--inspect',
  AWS_SECRET_ACCESS_KEY: 'of the person who starts',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
  PATCHBAY_SIGNUP: 'invite',
  PATCHBAY_RELEASED_NAMES: 'claude-lab=org_1',
  PATCHBAY_LIMITS: 'personBurst=90',
  PATCHBAY_NPM_REGISTRY: 'https://registry.example',
  PATCHBAY_PORT: '4100',
};

function installation(given: NodeJS.ProcessEnv = GIVEN): Installation {
  const urlOf = (role: string) => `postgresql://patchbay_${role}:password-of-${role}@localhost/patchbay`;
  return {
    config: loadStartConfig('/checkout', given),
    directories: {
      data: '/d',
      logs: '/d/logs',
      run: '/d/run',
      spool: '/d/spool',
      keyholder: '/d/keyholder',
      downloads: '/d/downloads',
      artifacts: '/d/artifacts',
      shared: '/s',
      postgres: '/s/postgres',
      redis: '/s/redis',
      sockets: '/s/run',
      supervisorSocket: '/s/run/supervisor',
      spawnerSocket: '/s/run/spawner',
      sandbox: '/s/sandbox',
      supervised: '/s/sandbox/supervisor',
      packages: '/s/packages',
      programs: '/s/programs',
    },
    secrets: { masterKeyFile: '/d/master.key', authSecretFile: '/d/auth.secret' },
    databaseUrls: { owner: urlOf('owner'), app: urlOf('app'), auth: urlOf('auth'), queue: urlOf('queue') },
    redisUrl: `redis+unix:///s/redis/redis.sock?password=${new Secret('redis-password').reveal()}`,
    users: SAME_USER,
    bubblewrap: '/usr/bin/bwrap',
    docsDirectory: '/checkout/packages/docs-site/dist/0123456789abcdef',
    ports: { gatewayInternal: 4101, workerInternal: 5001, supervisorInternal: 5002, dashboard: 5003 },
  };
}

const COMMON = [
  'NODE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'PATCHBAY_MODE',
  'PATCHBAY_ORIGIN',
  'PATH',
  'TZ',
];

describe('the environment of a process', () => {
  it.each(['spawner', 'supervisor', 'dashboard'] as const)('the %s gets no database, no Redis and no key', (name) => {
    const text = JSON.stringify(processEnvironment(name, installation()));
    expect(text).not.toMatch(/postgresql:|redis|password|master\.key|auth\.secret/);
  });

  it.each(APP_NAMES)('the %s gets neither the owner of the database nor what the person who starts has', (name) => {
    const text = JSON.stringify(processEnvironment(name, installation()));
    expect(text).not.toContain('patchbay_owner');
    expect(text).not.toContain('of the person who starts');
    expect(text).not.toMatch(/"HOME"|"NODE_OPTIONS"/);
  });

  it('the keyholder alone gets the master key, and neither database nor Redis', () => {
    const holders = APP_NAMES.filter((name) =>
      JSON.stringify(processEnvironment(name, installation())).includes('master.key'),
    );
    expect(holders).toEqual(['keyholder']);
    const text = JSON.stringify(processEnvironment('keyholder', installation()));
    expect(text).not.toMatch(/postgresql:|redis|password|auth\.secret/);
  });

  it('the worker gets no access to people and sessions', () => {
    const text = JSON.stringify(processEnvironment('worker', installation()));
    expect(text).not.toMatch(/patchbay_auth|auth\.secret/);
  });

  const expected: Record<AppName, readonly string[]> = {
    gateway: [
      'ARTIFACT_DIR',
      'AUTH_SECRET_FILE',
      'DASHBOARD_UPSTREAM',
      'DATABASE_AUTH_URL',
      'DATABASE_QUEUE_URL',
      'DATABASE_URL',
      'DOCS_DIR',
      'DOWNLOADS_DIR',
      'KEYHOLDER_SOCKET',
      'PATCHBAY_INTERNAL_PORT',
      'PATCHBAY_PORT',
      'PATCHBAY_RELEASED_NAMES',
      'PATCHBAY_LIMITS',
      'PATCHBAY_SIGNUP',
      'REDIS_URL',
      'SPOOL_DIR',
      'DISK_WATCH_DIRS',
      'SUPERVISOR_SOCKET',
    ],
    worker: [
      'ARTIFACT_DIR',
      'DATABASE_QUEUE_URL',
      'DATABASE_URL',
      'KEYHOLDER_SOCKET',
      'PACKAGE_STORE_DIR',
      'PATCHBAY_NPM_REGISTRY',
      'REDIS_URL',
      'SUPERVISOR_SOCKET',
      'WORKER_INTERNAL_PORT',
    ],
    spawner: ['BWRAP_PATH', 'PACKAGE_STORE_DIR', 'SPAWNER_DIR', 'SPAWNER_SOCKET', 'SPAWNER_SUPERVISOR_DIR'],
    supervisor: ['BWRAP_PATH', 'PACKAGE_STORE_DIR', 'SANDBOX_DIR', 'SUPERVISOR_INTERNAL_PORT', 'SUPERVISOR_SOCKET'],
    keyholder: ['KEYHOLDER_DIR', 'KEYHOLDER_SOCKET_DIR', 'MASTER_KEY_FILE'],
    dashboard: ['HOSTNAME', 'NEXT_TELEMETRY_DISABLED', 'NODE_ENV', 'PORT'],
  };
  it.each(APP_NAMES)('the %s gets exactly its own variables', (name) => {
    const names = Object.keys(processEnvironment(name, installation())).sort();
    expect(names).toEqual([...COMMON, ...expected[name]].sort());
  });

  it('the spawner and the supervisor find each other where they run as two users, and only there', () => {
    const users = { ...SAME_USER, supervisor: { uid: 7, gid: 8 } };
    const environment = (name: AppName) => processEnvironment(name, { ...installation(), users });
    expect(environment('supervisor').SPAWNER_SOCKET).toBe('/s/run/spawner/spawner.sock');
    expect(environment('spawner')).toMatchObject({ SPAWNER_SUPERVISOR_UID: '7', SPAWNER_SUPERVISOR_GID: '8' });
    const alone = processEnvironment('supervisor', { ...installation(), users, bubblewrap: null });
    expect(alone).not.toHaveProperty('SPAWNER_SOCKET');
  });

  it('gateway and worker alone get further supervisors and the TLS key for them', () => {
    const given = { ...GIVEN, SUPERVISOR_HOSTS: 'sup-1=10.0.0.5:7443', SUPERVISOR_TLS_KEY_FILE: '/keys/gateway.pem' };
    for (const name of ['gateway', 'worker'] as const) {
      expect(processEnvironment(name, installation(given))).toMatchObject({ SUPERVISOR_HOSTS: 'sup-1=10.0.0.5:7443' });
    }
    for (const name of ['spawner', 'supervisor', 'dashboard'] as const) {
      expect(JSON.stringify(processEnvironment(name, installation(given)))).not.toMatch(/sup-1|gateway\.pem/);
    }
  });

  it('processes that store artifacts get S3 instead of a directory', () => {
    const given = { ...GIVEN, S3_ENDPOINT: 'https://s3.example', S3_SECRET_ACCESS_KEY: 'of the store' };
    expect(processEnvironment('worker', installation(given))).toMatchObject({ S3_SECRET_ACCESS_KEY: 'of the store' });
    expect(processEnvironment('worker', installation(given))).not.toHaveProperty('ARTIFACT_DIR');
    expect(JSON.stringify(processEnvironment('supervisor', installation(given)))).not.toContain('of the store');
  });
});

describe('the configuration of a start', () => {
  it.each([
    [{ PATCHBAY_ORIGIN: 'http://127.0.0.1:4000' }, /PATCHBAY_ORIGIN: http is accepted for the name localhost only/],
    [{ PATCHBAY_ORIGIN: 'https://patchbay.example/path' }, /PATCHBAY_ORIGIN: must be an origin/],
    [{ PATCHBAY_MODE: 'production' }, /PATCHBAY_ORIGIN: is not set: production needs the public address/],
    [
      { PATCHBAY_MODE: 'production', PATCHBAY_ORIGIN: 'http://localhost:4000' },
      /PATCHBAY_ORIGIN: production serves people and tokens/,
    ],
    [{ PATCHBAY_PORT: 'eighty' }, /PATCHBAY_PORT/],
    [{ PATCHBAY_PORT: '4000', PATCHBAY_INTERNAL_PORT: '4000' }, /PATCHBAY_INTERNAL_PORT: must differ/],
    [{ REDIS_URL: 'http://redis' }, /REDIS_URL/],
    [{ PATCHBAY_MODE: 'production', PATCHBAY_SIGNUP: 'domain:example.com' }, /PATCHBAY_SIGNUP: proves nothing/],
  ])('a start refuses the configuration %j', (given, message) => {
    expect(() => loadStartConfig('/checkout', given)).toThrow(message);
  });

  it('a start without an origin uses the name localhost and the port', () => {
    expect(loadStartConfig('/checkout', { PATCHBAY_PORT: '4100' })).toMatchObject({
      origin: 'http://localhost:4100',
      dataDirectory: '/checkout/.patchbay',
    });
  });
});
