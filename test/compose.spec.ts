import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '..');
const run = promisify(execFile);

interface Service {
  environment?: Record<string, string>;
  security_opt?: string[];
  networks?: unknown;
  secrets?: string[];
  volumes?: string[];
  user?: string;
  group_add?: string[];
  healthcheck?: { test: string[] };
}
interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  networks: Record<string, { internal?: boolean }>;
}
type Environment = Record<string, string>;

let directory: string;
let compose: Compose;
let composeText: string;
let scaleOut: Pick<Compose, 'services'>;
let scaleOutText: string;
let example: Environment;
let made: Environment;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'patchbay-compose-'));
  composeText = await readFile(path.join(ROOT, 'docker-compose.yml'), 'utf8');
  compose = parse(composeText, { merge: true }) as Compose;
  scaleOutText = await readFile(path.join(ROOT, 'infra/docker/scale-out.yml'), 'utf8');
  scaleOut = parse(scaleOutText, { merge: true }) as Compose;
  example = parseEnvironment(await readFile(path.join(ROOT, '.env.example'), 'utf8'));
  await makeSecrets('https://patchbay.example.org');
  made = parseEnvironment(await readFile(path.join(directory, '.env'), 'utf8'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe('make-secrets', () => {
  it('refuses to replace secrets that exist, and an address that is not an https origin', async () => {
    await expect(makeSecrets('https://patchbay.example.org')).rejects.toThrow('Nothing was written');
    await expect(makeSecrets('http://patchbay.example.org')).rejects.toThrow('https');
    await expect(makeSecrets('https://patchbay.example.org/')).rejects.toThrow('https');
  });

  it('writes fresh secrets for the owner alone, no two alike', async () => {
    const secrets = Object.entries(made).filter(([name]) => example[name]?.startsWith('replace-me'));
    expect(secrets.length).toBeGreaterThan(5);
    expect(new Set(secrets.map(([, value]) => value)).size).toBe(secrets.length);
    for (const [, value] of secrets) expect(value).toMatch(/^[\w-]{32}$/);
    expect(made.PATCHBAY_ORIGIN).toBe('https://patchbay.example.org');
    expect(made.PATCHBAY_HOST).toBe('patchbay.example.org');
    for (const file of ['.env', ...Object.values(compose.secrets).map((secret) => secret.file)]) {
      expect((await stat(path.join(directory, file))).mode & 0o777, file).toBe(0o600);
    }
  });
});

describe('docker-compose.yml', () => {
  it('the compose files use exactly the variables that .env.example explains', () => {
    const asked = new Set([...(composeText + scaleOutText).matchAll(/(?<!\$)\$\{(\w+)/g)].map((match) => match[1]));
    expect([...asked].sort()).toEqual(Object.keys(example).sort());
  });

  it.each(['gateway', 'worker', 'keyholder', 'supervisor', 'spawner'])(
    'compose gives the %s an environment its config takes',
    async (app) => {
      const environment = environmentOf(app, made);
      expect(await loadConfigOf(app, environment)).toBeTypeOf('object');
    },
  );

  it.each(['gateway', 'worker', 'keyholder', 'supervisor', 'spawner'])(
    'compose gives %s no variable its config does not know',
    async (app) => {
      const known = await namesInConfigOf(app);
      for (const name of Object.keys(environmentOf(app, made))) expect(known, name).toContain(name);
    },
  );

  it.each(['gateway', 'worker'])('compose gives the %s further supervisors when it is scaled out', async (app) => {
    const more = scaleOut.services[app]?.environment ?? {};
    const environment = {
      ...environmentOf(app, made),
      ...fill(more, { ...made, SUPERVISOR_HOSTS: 'a=10.0.0.5:7443' }),
    };
    const known = await namesInConfigOf(app);
    for (const name of Object.keys(more)) expect(known, name).toContain(name);
    expect(await loadConfigOf(app, environment)).toBeTypeOf('object');
    await expect(loadConfigOf(app, { ...environment, SUPERVISOR_TLS_KEY_FILE: '' })).rejects.toThrow('TLS_KEY_FILE');
  });

  it('compose does not start with the placeholders of .env.example', async () => {
    await expect(loadConfigOf('../infra/docker', environmentOf('setup', example))).rejects.toThrow('placeholder');
    expect(await loadConfigOf('../infra/docker', environmentOf('setup', made))).toBeTypeOf('object');
  });

  it('compose gives spawner, supervisor and dashboard no database, no queue, no store and no key', () => {
    for (const name of ['spawner', 'supervisor', 'dashboard']) {
      const service = compose.services[name];
      expect(service?.secrets, name).toBeUndefined();
      const text = JSON.stringify(environmentOf(name, made));
      expect(text, name).not.toMatch(/DATABASE|REDIS|S3_|KEY|PASSWORD|SECRET/);
    }
    expect(compose.services.supervisor?.networks).toEqual(['outside']);
    expect(compose.services.spawner).toMatchObject({ network_mode: 'none' });
    expect(compose.services.dashboard?.networks).toEqual(['inside']);
  });

  it('compose gives the master key to the keyholder alone, which has no network, and each role a socket of its own', () => {
    const holders = Object.keys(compose.services).filter((name) =>
      compose.services[name]?.secrets?.includes('master_key'),
    );
    expect(holders).toEqual(['keyholder']);
    expect(compose.services.keyholder).toMatchObject({ network_mode: 'none', cap_drop: ['ALL'], read_only: true });
    const mounted = (name: string) =>
      (compose.services[name]?.volumes ?? []).filter((one) => one.includes('/run/keyholder'));
    expect(mounted('gateway')).toEqual(['keyholder-gateway:/run/keyholder']);
    expect(mounted('worker')).toEqual(['keyholder-worker:/run/keyholder']);
    for (const name of ['supervisor', 'dashboard']) expect(mounted(name), name).toEqual([]);
  });

  it('compose gives internet access to worker, supervisor and gateway, and keeps gateway and supervisor on networks apart', () => {
    const networksOf = (name: string) => [compose.services[name]?.networks ?? []].flat().map(String);
    const on = (network: string) =>
      Object.keys(compose.services)
        .filter((name) => networksOf(name).includes(network))
        .sort();
    expect(on('outside')).toEqual(['supervisor', 'worker']);
    expect(on('gateway-outside')).toEqual(['gateway']);
    expect(networksOf('gateway').filter((network) => networksOf('supervisor').includes(network))).toEqual([]);
    expect(compose.networks.inside).toMatchObject({ internal: true });
  });

  it('compose takes every privilege from all services except the spawner', () => {
    for (const name of ['gateway', 'worker', 'supervisor', 'dashboard']) {
      expect(compose.services[name], name).toMatchObject({ cap_drop: ['ALL'], read_only: true });
    }
  });

  it('compose runs only the spawner as root, for the user of the supervisor alone', () => {
    const { SPAWNER_SUPERVISOR_UID: uid, SPAWNER_SUPERVISOR_GID: gid } = compose.services.spawner?.environment ?? {};
    expect(compose.services.supervisor?.user).toBe(`${uid}:${gid}`);
    for (const name of ['gateway', 'worker', 'dashboard']) expect(compose.services[name]?.user).not.toContain(uid);
  });

  it('compose admits only clients of the supervisor to its socket', () => {
    const group = compose.services.supervisor?.environment?.SUPERVISOR_SOCKET_GID;
    expect(group).toMatch(/^[1-9]\d+$/);
    for (const name of ['gateway', 'worker', 'dashboard']) {
      const { user, group_add: groups } = compose.services[name] ?? {};
      expect(user, name).toMatch(/^[1-9]\d+:[1-9]\d+$/);
      expect(groups, name).toEqual(name === 'dashboard' ? undefined : [group]);
    }
  });

  it.each([
    ['gateway', 'PATCHBAY_INTERNAL_PORT'],
    ['worker', 'WORKER_INTERNAL_PORT'],
    ['supervisor', 'SUPERVISOR_INTERNAL_PORT'],
  ])('compose checks the health of the %s where that process answers', (name, variable) => {
    const service = compose.services[name];
    const port = service?.environment?.[variable];
    expect(port).toMatch(/^\d+$/);
    expect(service?.healthcheck?.test.at(-1)).toContain(`fetch('http://127.0.0.1:${port}/health')`);
  });

  it('compose opens no port but those of the TLS front', () => {
    const open = Object.entries(compose.services).filter(([, service]) => 'ports' in service);
    expect(open.map(([name]) => name)).toEqual(['front']);
  });
});

async function makeSecrets(address: string): Promise<void> {
  try {
    await run(process.execPath, [path.join(ROOT, 'infra/docker/make-secrets.mjs'), address, directory]);
  } catch (error) {
    throw new Error(String((error as { stderr?: string }).stderr));
  }
}

function parseEnvironment(text: string): Environment {
  const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** As Compose does it: `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
function environmentOf(service: string, values: Environment): Environment {
  return fill(compose.services[service]?.environment ?? {}, values);
}

function fill(given: Environment, values: Environment): Environment {
  const fillOne = (text: string) =>
    text.replace(
      /\$\{(\w+)(?::-([^}]*))?(?::\?[^}]*)?\}/g,
      (_, name: string, fallback = '') => values[name] ?? fallback,
    );
  return Object.fromEntries(Object.entries(given).map(([name, text]) => [name, fillOne(String(text))]));
}

async function loadConfigOf(app: string, environment: Environment): Promise<unknown> {
  const module: Record<string, unknown> = await import(configFile(app));
  const load = Object.entries(module).find(([name]) => /^load\w*Config$/.test(name))?.[1];
  if (typeof load !== 'function') throw new Error(`${configFile(app)} exports no load…Config`);
  return load(environment);
}

/** Names the schema declares, read from the source, and those of the parts that it spreads. */
async function namesInConfigOf(app: string): Promise<string[]> {
  const module = (await import(configFile(app))) as Record<string, { readonly shape?: object }>; // the schema and its loader
  return Object.keys(module[`${app}Environment`]?.shape ?? {});
}

function configFile(app: string): string {
  return app.startsWith('..')
    ? path.join(ROOT, 'apps', app, 'config.ts')
    : path.join(ROOT, 'apps', app, 'src/config.ts');
}
