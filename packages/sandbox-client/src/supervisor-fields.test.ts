import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configuredSupervisors, supervisorFields, supervisorProblems } from './supervisor-fields.ts';

const schema = z.object(supervisorFields);
const TLS = {
  SUPERVISOR_TLS_CA_FILE: '/ca.pem',
  SUPERVISOR_TLS_CERT_FILE: '/certificate.pem',
  SUPERVISOR_TLS_KEY_FILE: '/key.pem',
};
const problems = (env: Record<string, string>, hasRedis = true) =>
  supervisorProblems(schema.parse(env), hasRedis).map(({ variable, message }) => `${variable} ${message}`);

describe('the variables that name supervisors', () => {
  it.each([
    'a',
    'a=10.0.0.1',
    'a=10.0.0.1:0',
    'a=10.0.0.1:7443=x',
    'A=10.0.0.1:7443',
    'a=10.0.0.1:7443,',
    'a=10.0.0.1:7443;b=10.0.0.2:7443',
    'a=https://10.0.0.1:7443',
  ])('refuses the list of supervisors %s', (text) => {
    expect(schema.safeParse({ SUPERVISOR_HOSTS: text }).success).toBe(false);
  });

  it('names the missing fields of a configuration with supervisors', () => {
    expect(problems({})).toEqual(['SUPERVISOR_SOCKET set it, or SUPERVISOR_HOSTS, or SUPERVISOR_REGISTRY=true']);
    expect(problems({ SUPERVISOR_REGISTRY: 'true', ...TLS }, false)).toEqual(['SUPERVISOR_REGISTRY needs REDIS_URL']);
    expect(problems({ SUPERVISOR_HOSTS: 'a=10.0.0.1:7443' })).toHaveLength(3);
    const { SUPERVISOR_TLS_KEY_FILE: _key, ...withoutKey } = TLS;
    expect(problems({ SUPERVISOR_REGISTRY: 'true', ...withoutKey })).toEqual([
      'SUPERVISOR_TLS_KEY_FILE is needed for supervisors on other machines',
    ]);
    expect(problems({ SUPERVISOR_SOCKET: '/s', SUPERVISOR_TLS_CA_FILE: '/ca.pem' })).toHaveLength(2);
  });

  it('reads the supervisor of this machine and those of other machines from the configuration', () => {
    const env = { SUPERVISOR_SOCKET: '/s', SUPERVISOR_HOSTS: 'a=10.0.0.1:7443, b=[fd00::2]:1', ...TLS };
    expect(problems(env, false)).toEqual([]);
    expect(configuredSupervisors(schema.parse(env))).toEqual([
      { id: 'local', socketPath: '/s' },
      { id: 'a', host: '10.0.0.1', port: 7443 },
      { id: 'b', host: 'fd00::2', port: 1 },
    ]);
    expect(problems({ SUPERVISOR_SOCKET: '/s' }, false)).toEqual([]);
  });
});
