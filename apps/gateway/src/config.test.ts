import { ConfigError, newId } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { loadGatewayConfig } from './config.ts';

const LOCAL = {
  DATABASE_URL: 'postgres://patchbay_app:p1@localhost/patchbay',
  DATABASE_AUTH_URL: 'postgres://patchbay_auth:p2@localhost/patchbay',
  SUPERVISOR_SOCKET: '/run/supervisor.sock',
  ARTIFACT_DIR: '/artifacts',
  MASTER_KEY_FILE: '/master.key',
  AUTH_SECRET_FILE: '/auth.secret',
  SPOOL_DIR: '/spool',
};
const PRODUCTION = {
  ...LOCAL,
  MASTER_KEY_FILE: '',
  KEYHOLDER_SOCKET: '/run/keyholder/gateway.sock',
  PATCHBAY_MODE: 'production',
  PATCHBAY_ORIGIN: 'https://patchbay.example',
  REDIS_URL: 'rediss://:long-and-random@redis:6379',
};

const problems = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    loadGatewayConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('loadGatewayConfig', () => {
  it('the gateway’s configuration takes an empty variable for a missing one', () => {
    expect(problems({ ...LOCAL, AUTH_SECRET_FILE: '' })).toEqual([expect.stringContaining('AUTH_SECRET_FILE')]);
  });

  it('the gateway’s configuration names every missing variable at once', () => {
    const found = problems({}).join('\n');
    for (const name of ['DATABASE_URL', 'AUTH_SECRET_FILE', 'SPOOL_DIR']) expect(found).toContain(name);
  });

  it('the gateway’s configuration requires one home of the master key, in production the keyholder', () => {
    expect(problems({ ...LOCAL, MASTER_KEY_FILE: '' })).toEqual([
      expect.stringContaining('KEYHOLDER_SOCKET: is not set'),
    ]);
    const both = { ...LOCAL, KEYHOLDER_SOCKET: '/run/keyholder/gateway.sock' };
    expect(problems(both)).toEqual([expect.stringContaining('MASTER_KEY_FILE: is set beside KEYHOLDER_SOCKET')]);
    const file = { ...PRODUCTION, KEYHOLDER_SOCKET: '', MASTER_KEY_FILE: '/master.key' };
    expect(problems(file)).toEqual([expect.stringContaining('MASTER_KEY_FILE: production gives')]);
  });

  it('the gateway’s configuration releases a name to an organization or a person by id alone', () => {
    const released = (holder: string) => problems({ ...LOCAL, PATCHBAY_RELEASED_NAMES: `claude-lab=${holder}` });
    for (const holder of ['per_01h455vb4pex5vsknk084sn02q', 'ada@example.com', 'psn_1', `${newId('person')}=x`]) {
      expect(released(holder).join()).toContain('slug=org_… or slug=psn_…');
    }
    expect(released(newId('person'))).toEqual([]);
    expect(released(newId('organization'))).toEqual([]);
  });

  it('the gateway’s configuration names a limit that does not exist, and keeps the others of the plan', () => {
    expect(problems({ ...LOCAL, PATCHBAY_LIMITS: 'personCalls=5' }).join()).toContain(
      'PATCHBAY_LIMITS: personCalls is no limit that an operator can choose',
    );
    const { limits } = loadGatewayConfig({ ...LOCAL, PATCHBAY_LIMITS: 'personBurst=90' });
    expect([limits.plan.personBurst, limits.plan.personCallsPerMinute]).toEqual([90, 60]);
  });

  it('the gateway’s configuration requires a supervisor, and TLS files for one on another machine', () => {
    expect(problems({ ...LOCAL, SUPERVISOR_SOCKET: '' }).join()).toContain('SUPERVISOR_SOCKET: set it, or');
    const remote = problems({ ...LOCAL, SUPERVISOR_HOSTS: 'sup-1=10.0.0.5:7443' }).join('\n');
    for (const name of ['CA', 'CERT', 'KEY']) expect(remote).toContain(`SUPERVISOR_TLS_${name}_FILE: is needed for`);
    expect(problems({ ...LOCAL, SUPERVISOR_REGISTRY: 'true' }).join()).toContain(
      'SUPERVISOR_REGISTRY: needs REDIS_URL',
    );
  });

  it.each([
    'http://127.0.0.1:4000',
    'http://patchbay.example',
    'http://localhost:4000/',
    'http://localhost:4000/x',
    'ftp://localhost',
  ])('the gateway’s configuration refuses the origin %s', (origin) => {
    expect(problems({ ...LOCAL, PATCHBAY_ORIGIN: origin }).join()).toContain('PATCHBAY_ORIGIN');
  });

  it.each([
    ['an http origin', { PATCHBAY_ORIGIN: 'http://localhost:4000' }, 'PATCHBAY_ORIGIN'],
    ['no Redis', { REDIS_URL: '' }, 'REDIS_URL'],
    ['a Redis without password', { REDIS_URL: 'redis://redis:6379' }, 'REDIS_URL'],
    ['a Redis without TLS', { REDIS_URL: 'redis://:long-and-random@redis:6379' }, 'REDIS_URL'],
    ['a well-known password', { DATABASE_URL: 'postgres://patchbay_app:patchbay@db/patchbay' }, 'DATABASE_URL'],
    ['sign-up by the domain of an address', { PATCHBAY_SIGNUP: 'domain:example.com' }, 'PATCHBAY_SIGNUP'],
    ['no password', { DATABASE_AUTH_URL: 'postgres://patchbay_auth@db/patchbay' }, 'DATABASE_AUTH_URL'],
  ])('the gateway refuses production with %s, and names the variable', (_what, change, variable) => {
    const found = problems({ ...PRODUCTION, ...change });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(variable);
  });

  it.each([
    ['a mail server without a sender', { PATCHBAY_SMTP_URL: 'smtp://mail.example' }, 'PATCHBAY_MAIL_FROM: is needed'],
    ['a sender without a mail server', { PATCHBAY_MAIL_FROM: 'a@b.example' }, 'PATCHBAY_SMTP_URL: is needed'],
    [
      'a sender that is no address',
      { PATCHBAY_SMTP_URL: 'smtp://m.example', PATCHBAY_MAIL_FROM: 'Us' },
      'PATCHBAY_MAIL_FROM',
    ],
    [
      'a sender with a second header',
      { PATCHBAY_SMTP_URL: 'smtp://m.example', PATCHBAY_MAIL_FROM: 'Us\r\nBcc: x <a@b.example>' },
      'PATCHBAY_MAIL_FROM',
    ],
    [
      'a mail server over http',
      { PATCHBAY_SMTP_URL: 'http://m.example', PATCHBAY_MAIL_FROM: 'a@b.example' },
      'PATCHBAY_SMTP_URL',
    ],
  ])('the gateway’s configuration refuses %s', (_what, change, problem) => {
    expect(problems({ ...LOCAL, ...change }).join()).toContain(problem);
  });

  it('the gateway accepts sign-up by the domain of an address in production with a mail server, and prints no password of it', () => {
    const mail = { PATCHBAY_SMTP_URL: 'smtps://us:secret@mail.example', PATCHBAY_MAIL_FROM: 'Us <us@example.com>' };
    const config = loadGatewayConfig({ ...PRODUCTION, ...mail, PATCHBAY_SIGNUP: 'domain:example.com' });
    expect(config).toMatchObject({ signup: 'domain:example.com', mail: { from: 'Us <us@example.com>' } });
    expect(JSON.stringify(config)).not.toContain('secret@');
  });

  it('the gateway refuses an incomplete configuration of an S3 store', () => {
    const { ARTIFACT_DIR: _, ...rest } = LOCAL;
    expect(problems({ ...rest, S3_ENDPOINT: 'https://s3.example', S3_BUCKET: 'patchbay' })).toEqual([
      expect.stringContaining('S3_ACCESS_KEY_ID'),
      expect.stringContaining('S3_SECRET_ACCESS_KEY'),
    ]);
  });

  it('the gateway starts locally with the name localhost, open sign-up and the next port as the internal one', () => {
    const config = loadGatewayConfig({ ...LOCAL, PATCHBAY_PORT: '4100', PATCHBAY_ORIGIN: 'http://localhost:4100' });
    expect(config).toMatchObject({ signup: 'open', listen: { port: 4100, host: 'localhost' }, internalPort: 4101 });
  });

  it('the gateway starts in production with https, and requires invitations', () => {
    expect(loadGatewayConfig(PRODUCTION)).toMatchObject({ mode: 'production', signup: 'invite' });
  });
});
