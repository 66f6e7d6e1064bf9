import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { RunningInstallation } from './running-installation.ts';

const run = promisify(execFile);

/** An organization with a live connector beside the demo's, made for one run. */
export interface NeighbourOrganization {
  readonly mcpUrl: string;
  /** A key of kind `mcp`, for every connector of it. */
  readonly apiKey: string;
  /** Deletes it; it stays restorable as every deleted organization does. */
  remove(): Promise<void>;
}

/** Signs in as the demo's owner, who makes the organization. */
export async function createNeighbourOrganization(installation: RunningInstallation): Promise<NeighbourOrganization> {
  const { origin } = installation;
  const signedIn = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { origin, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    body: JSON.stringify(installation.signIn),
  });
  if (!signedIn.ok) throw new Error(`the demo's owner cannot sign in: ${signedIn.status} ${await signedIn.text()}`);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ');
  const api = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: {
        cookie,
        origin,
        'sec-fetch-site': 'same-origin',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  };
  const slug = `neighbour-${randomBytes(4).toString('hex')}`;
  await api('POST', '/organizations', { slug, name: 'Noisy neighbour' });
  const createKey = async (kind: 'mcp' | 'deploy'): Promise<string> => {
    const key = { kind, name: 'noise', connectors: ['*'], expiresInDays: 1 };
    const created = await api('POST', `/organizations/${slug}/api-keys`, key);
    return z.object({ secret: z.string() }).parse(created).secret;
  };
  await deployTemplate(origin, await createKey('deploy'));
  return {
    mcpUrl: `${origin}/${slug}/${CONNECTOR}/mcp`,
    apiKey: await createKey('mcp'),
    remove: async () => {
      await api('DELETE', `/organizations/${slug}`);
    },
  };
}

const CONNECTOR = 'noise';

/** As an author does it. */
async function deployTemplate(origin: string, apiKey: string): Promise<void> {
  const program = path.resolve(import.meta.dirname, '../../packages/cli/bin/patchbay.mjs');
  const directory = await mkdtemp(path.join(tmpdir(), 'patchbay-bench-'));
  const env = { ...process.env, PATCHBAY_ORIGIN: origin, PATCHBAY_API_KEY: apiKey };
  try {
    for (const command of ['init', 'deploy']) {
      await run(process.execPath, [program, command, CONNECTOR], { cwd: directory, env });
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
