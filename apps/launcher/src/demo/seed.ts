import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { noteMade, readJsonFile, readMade, writeFileAtomically } from '@patchbay/embedded';
import { AppError, readSystemError } from '@patchbay/foundation';
import { z } from 'zod';
import { PlatformApi, seedFailed } from './platform-api.ts';

const run = promisify(execFile);
const ORGANIZATION = 'demo';
const CONNECTOR = 'weather';
const EMAIL = 'owner@demo.example';
const KEY_DAYS = 365;
const DEPLOY_TIMEOUT_MS = 120_000;

const Demo = z.object({
  organization: z.string(),
  signIn: z.object({ email: z.string(), password: z.string() }),
  apiKey: z.string().nullable(),
  mcpApiKey: z.string().nullable(),
});
type StoredDemo = z.output<typeof Demo>;

/** The keys of the demo; kept in `demo.json` (0600), since the platform itself keeps hashes only. */
export interface Demo extends StoredDemo {
  readonly apiKey: string;
  readonly mcpApiKey: string;
}

export interface SeedOptions {
  readonly origin: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly root: string;
  readonly searchPath: string;
  say(text: string): void;
}

/**
 * Ensures that the demo exists: a person, the organization, two keys, a published connector. Everything uses the public
 * API, so a start that succeeds has proved that it works. Safe to repeat: each step checks the present state, and its
 * result is kept.
 *
 * @throws AppError start.seed_failed
 */
export async function seedDemo(options: SeedOptions): Promise<Demo> {
  const file = path.join(options.dataDirectory, 'demo.json');
  const api = new PlatformApi(options.origin, options.port);
  let demo = await readDemo(options.dataDirectory, file);
  const keep = async (change: Partial<StoredDemo>) => {
    demo = { ...demo, ...change };
    await writeFileAtomically(file, `${JSON.stringify(demo, null, 2)}\n`);
    await noteMade(options.dataDirectory, ['demo.json']);
  };
  if (await isComplete(api, demo)) return demo as Demo; // complete means that both keys are there

  options.say('Setting up the demo organization …');
  await keep({ apiKey: null, mcpApiKey: null });
  await signIn(api, demo.signIn);
  await ensureOrganization(api);
  const permissions = await keyPermissions(api);
  const apiKey = await createKey(api, { kind: 'admin', name: 'Demo: command line', permissions });
  const mcpApiKey = await createKey(api, { kind: 'mcp', name: 'Demo: hosted URLs', connectors: ['*'] });
  await keep({ apiKey, mcpApiKey });
  if (!(await hasLiveConnector(api, apiKey))) {
    options.say('Deploying the demo connector …');
    await deployConnector(options, apiKey);
  }
  return { ...demo, apiKey, mcpApiKey };
}

const WAY_BACK = `The password of ${EMAIL} and the keys of the demo are only there: put it back from the keys file of a backup.`;

/** Created only where there never was one: another password would not work. */
async function readDemo(dataDirectory: string, file: string): Promise<StoredDemo> {
  const stored = await readJsonFile({ file, schema: Demo, wayBack: WAY_BACK });
  if (stored !== null) return stored;
  if ((await readMade(dataDirectory)).includes('demo.json')) {
    throw new AppError('start.seed_failed', { detail: `${file} is missing. ${WAY_BACK}` });
  }
  const password = randomBytes(12).toString('base64url');
  return { organization: ORGANIZATION, signIn: { email: EMAIL, password }, apiKey: null, mcpApiKey: null };
}

async function isComplete(api: PlatformApi, demo: StoredDemo): Promise<boolean> {
  if (demo.apiKey === null || demo.mcpApiKey === null) return false;
  return hasLiveConnector(api, demo.apiKey);
}

/** Signs in, after signing up when this is the first time. Signing up alone opens no session everywhere. */
async function signIn(api: PlatformApi, { email, password }: StoredDemo['signIn']): Promise<void> {
  const back = await api.send('POST', '/api/auth/sign-in/email', { email, password });
  if (back.status < 300) return;
  const person = { email, password, name: 'Demo Owner' };
  const signedUp = await api.send('POST', '/api/auth/sign-up/email', person);
  if (signedUp.status >= 300) {
    throw seedFailed(`demo.json does not open the demo, and signing up ${email}`, signedUp);
  }
  await api.must('Signing in the demo person', 'POST', '/api/auth/sign-in/email', { email, password });
}

async function ensureOrganization(api: PlatformApi): Promise<void> {
  const created = await api.send('POST', '/api/v1/organizations', { slug: ORGANIZATION, name: 'Demo' });
  if (created.status < 300 || created.status === 409) return;
  throw seedFailed('Creating the demo organization', created);
}

const Me = z.object({ organizations: z.array(z.object({ slug: z.string(), roles: z.array(z.string()) })) });
const Roles = z.object({ items: z.array(z.object({ role: z.string(), keyPermissions: z.array(z.string()) })) });

/** All that we may do and a key may, by the platform's own word: a permission that is new may be one of no key. */
async function keyPermissions(api: PlatformApi): Promise<string[]> {
  const me = Me.parse(await api.must('Asking who we are', 'GET', '/api/v1/me'));
  const membership = me.organizations.find(({ slug }) => slug === ORGANIZATION);
  if (!membership) {
    throw new AppError('start.seed_failed', {
      detail: `The organization "${ORGANIZATION}" belongs to another account, so there is no demo in this installation.`,
    });
  }
  const path = `/api/v1/organizations/${ORGANIZATION}/roles`;
  const { items } = Roles.parse(await api.must('Asking what a key can carry', 'GET', path));
  const own = items.filter(({ role }) => membership.roles.includes(role));
  return [...new Set(own.flatMap((role) => role.keyPermissions))];
}

async function createKey(api: PlatformApi, key: Record<string, unknown>): Promise<string> {
  const path = `/api/v1/organizations/${ORGANIZATION}/api-keys`;
  const created = await api.must('Creating an API key', 'POST', path, { ...key, expiresInDays: KEY_DAYS });
  return z.object({ secret: z.string() }).parse(created).secret;
}

/** A connector without a live version has no deployment; a key that no longer opens anything has none to show. */
async function hasLiveConnector(api: PlatformApi, apiKey: string): Promise<boolean> {
  const path = `/api/v1/organizations/${ORGANIZATION}/connectors/${CONNECTOR}/deployments?limit=1`;
  const answer = await api.send('GET', path, undefined, apiKey);
  const page = z.object({ items: z.array(z.unknown()) }).safeParse(answer.body);
  return answer.status === 200 && page.success && page.data.items.length > 0;
}

/** With the command line, as an author does it. */
async function deployConnector(options: SeedOptions, apiKey: string): Promise<void> {
  const cli = path.join(options.root, 'packages/cli/bin/patchbay.mjs');
  const example = path.join(options.root, 'examples', CONNECTOR);
  try {
    await run(process.execPath, [cli, 'deploy', example], {
      cwd: options.root,
      timeout: DEPLOY_TIMEOUT_MS,
      env: {
        PATH: options.searchPath,
        PATCHBAY_ORIGIN: options.origin,
        PATCHBAY_API_KEY: apiKey,
        PATCHBAY_ORGANIZATION: ORGANIZATION,
        XDG_CONFIG_HOME: path.join(options.dataDirectory, 'run'),
        CI: '1',
        NO_COLOR: '1',
      },
    });
  } catch (error) {
    const { stderr = '', stdout = '' } = readSystemError(error);
    const output = `${stdout}\n${stderr}`.trim().slice(-2000) || String(error);
    throw new AppError('start.seed_failed', {
      detail: `Deploying the demo connector failed:\n${output}`,
      cause: error,
    });
  }
}
