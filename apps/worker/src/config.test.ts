import { expect, it } from 'vitest';
import { loadWorkerConfig } from './config.ts';

const LOCAL = {
  PATCHBAY_ORIGIN: 'http://localhost:4000',
  DATABASE_URL: 'postgres://patchbay_app:p1@localhost/patchbay',
  DATABASE_QUEUE_URL: 'postgres://patchbay_queue:p2@localhost/patchbay',
  SUPERVISOR_SOCKET: '/run/supervisor.sock',
  ARTIFACT_DIR: '/artifacts',
  MASTER_KEY_FILE: '/master.key',
  PACKAGE_STORE_DIR: '/packages',
};

it.each([
  ['DATABASE_URL', 'mysql://localhost/patchbay'],
  ['REDIS_URL', 'http://localhost:6379'],
  ['PATCHBAY_ORIGIN', 'http://localhost:4000/path'],
])('the worker refuses %s=%s by name, as the gateway does', (variable, value) => {
  expect(() => loadWorkerConfig({ ...LOCAL, [variable]: value })).toThrow(variable);
});

it('the worker keeps the URLs of its database in secrets', () => {
  expect(JSON.stringify(loadWorkerConfig(LOCAL))).not.toContain('p1@');
});
