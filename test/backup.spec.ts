import { existsSync } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openDirectories, removeInstallation } from '@patchbay/embedded';
import { hasSandboxes, readConnector, skipUnless, temporaryDirectory } from '@patchbay/testing';
import { afterEach, expect, it } from 'vitest';
import { backUp } from '../scripts/backup/back-up.ts';
import { restore } from '../scripts/backup/restore.ts';
import { connectModern, firstText } from './clients.ts';
import { Installation, type ReadyFile } from './installation.ts';

const SECRET = 'sealed before the backup';
const PROJECT = {
  'package.json': JSON.stringify({
    name: 'keeper',
    type: 'module',
    dependencies: { '@patchbay/connector': '*', zod: '^4.0.0' },
  }),
  'src/index.ts': readConnector('keeper'),
};

const installations: Installation[] = [];
const opened: string[] = [];
afterEach(async () => {
  for (const installation of installations.splice(0)) await installation.stop();
  for (const data of opened.splice(0)) await removeInstallation(data);
});

function endedAfterwards(data: string, installation: Installation): Installation {
  installations.push(installation);
  opened.push(data);
  return installation;
}

/** Deploys a connector with a secret, as its author does. */
async function deployKeeper(installation: Installation, ready: ReadyFile, place: string): Promise<void> {
  const project = path.join(place, 'keeper');
  for (const [name, text] of Object.entries(PROJECT)) {
    await mkdir(path.dirname(path.join(project, name)), { recursive: true });
    await writeFile(path.join(project, name), text);
  }
  const deployed = await installation.patchbay(['deploy', project]);
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  const secret = `${ready.apiUrl}/organizations/${ready.organization}/connectors/keeper/secrets/TOKEN`;
  const set = await fetch(secret, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ready.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ value: SECRET }),
  });
  expect(set.ok, await set.text()).toBe(true);
}

/** The connector's output from its secret: opened by the vault, run in a sandbox, answered under a key. */
async function openSecret({ origin, organization, mcpApiKey }: ReadyFile): Promise<string> {
  const client = await connectModern(`${origin}/${organization}/keeper/mcp`, mcpApiKey);
  try {
    const reversed = firstText(await client.callTool({ name: 'open', arguments: {} }));
    return [...reversed].reverse().join('');
  } finally {
    await client.close();
  }
}

/** The organizations that the person of the demo sees once signed in. */
async function organizationsOf({ origin, apiUrl, signIn }: ReadyFile): Promise<readonly string[]> {
  const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify(signIn),
  });
  expect(answer.status).toBe(200);
  const cookie = answer.headers
    .getSetCookie()
    .map((text) => text.split(';', 1)[0])
    .join('; ');
  const me = (await (await fetch(`${apiUrl}/me`, { headers: { cookie } })).json()) as {
    readonly organizations: readonly { readonly slug: string }[];
  };
  return me.organizations.map(({ slug }) => slug);
}

it('a backup refuses a running installation and equal directories, and a restore brings it back', async (context) => {
  skipUnless(context, hasSandboxes(), 'bubblewrap or user namespaces are missing');
  const place = await temporaryDirectory('backup');
  const [original, copy] = [path.join(place, 'original'), path.join(place, 'copy')];
  const [dataFile, keysFile] = [path.join(place, 'here/data.tar.gz'), path.join(place, 'there/keys.tar.gz')];
  const before = endedAfterwards(original, await Installation.prepared(original));
  const ready = await before.start();
  await deployKeeper(before, ready, place);
  expect(await openSecret(ready)).toBe(SECRET);

  await expect(backUp(original, dataFile, keysFile)).rejects.toMatchObject({ code: 'start.already_running' });
  await before.stop();
  await expect(backUp(original, dataFile, path.join(place, 'here/keys.tar.gz'))).rejects.toThrow(
    'different directories',
  );
  // The files of a killed database.
  const left = path.join((await openDirectories(original)).postgres, 'postmaster.pid');
  await writeFile(left, '');
  await expect(backUp(original, dataFile, keysFile)).rejects.toThrow('not stopped cleanly');
  await rm(left);
  await backUp(original, dataFile, keysFile);
  for (const file of [dataFile, keysFile]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(backUp(original, dataFile, keysFile)).rejects.toThrow('EEXIST');

  await expect(restore(dataFile, keysFile, original)).rejects.toThrow('holds an installation');
  await restore(dataFile, keysFile, copy);
  // At the address of the original, which people and clients know.
  const after = endedAfterwards(copy, await Installation.at(copy, { port: before.port }));
  // With the keys and the sign-in printed before, not with new ones.
  expect(await after.start()).toMatchObject({ signIn: ready.signIn, apiKey: ready.apiKey, mcpApiKey: ready.mcpApiKey });
  expect(await openSecret(ready)).toBe(SECRET);
  expect(await organizationsOf(ready)).toContain(ready.organization);
}, 300_000);

it('a restore leaves no keys behind when the data cannot be unpacked', async () => {
  const place = await temporaryDirectory('backup');
  const target = path.join(place, 'target');
  opened.push(target);
  await writeFile(path.join(place, 'data.tar.gz'), 'not an archive');
  await writeFile(path.join(place, 'keys.tar.gz'), 'not an archive');
  await expect(restore(path.join(place, 'data.tar.gz'), path.join(place, 'keys.tar.gz'), target)).rejects.toThrow(
    'tar',
  );
  expect(existsSync(path.join(target, 'passwords.json'))).toBe(false);
});
