import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeInstallation, socketUrl } from '@patchbay/embedded';
import { Secret } from '@patchbay/foundation';
import { z } from 'zod';
import { Installation, type ReadyFile } from '../../test/installation.ts';
import { atOurEnd } from './at-our-end.ts';
import type { Configuration } from './configuration.ts';
import { MODERN_CALL } from './requests.ts';

const ECHO = path.resolve(import.meta.dirname, '../../tools/peers/http/echo');
export const ECHO_SLUG = 'echo';

/** Peers may use an entire core; limits are raised, never switched off. */
export const RAISED = { SANDBOX_CPU_CORES: '1' };

/** A fresh installation with everything on and the echo deployed by its own command line. */
export interface EchoInstallation {
  readonly ready: ReadyFile;
  /** As the superuser, to look and to write behind the platform's back. */
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  readonly configuration: Configuration;
  /** URL of a connector of the demo's organization. */
  urlOf(slug: string): string;
  readonly headers: { readonly authorization: string };
  stop(): Promise<void>;
}

/** @param environment on top of what a start needs, such as RAISED or SANDBOX_POOL_SIZE */
export async function startEchoInstallation(environment: NodeJS.ProcessEnv = {}): Promise<EchoInstallation> {
  const directory = await mkdtemp(path.join(tmpdir(), 'patchbay-bench-'));
  const data = path.join(directory, 'data');
  const installation = await Installation.at(data, { environment });
  const takeBack = atOurEnd(() => process.kill(installation.launcherPid, 'SIGINT'));
  const stop = async () => {
    takeBack();
    await installation.stop();
    await removeInstallation(data);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const ready = await installation.start();
    if (!ready.mcpApiKey) throw new Error(`there is no demo:\n${installation.output}`);
    const deployed = await installation.patchbay(['deploy', ECHO]);
    if (deployed.code !== 0) throw new Error(`the echo was not deployed:\n${deployed.stdout}${deployed.stderr}`);
    const urlOf = (slug: string) => `${ready.origin}/${ready.organization}/${slug}/mcp`;
    const headers = { authorization: `Bearer ${ready.mcpApiKey}` };
    return {
      ready,
      urlOf,
      headers,
      stop,
      dataDirectory: data,
      databaseUrl: await superuserUrl(data, ready),
      configuration: {
        name: 'Patchbay',
        family: 'patchbay',
        client: { ...MODERN_CALL, headers: { ...MODERN_CALL.headers, ...headers }, url: urlOf(ECHO_SLUG) },
        // Everything: the database and the queue too, and idle processes beside them. All are the launcher's children.
        pids: () => [installation.launcherPid, ...Object.values(ready.processes)],
        stop: async () => {},
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function superuserUrl(data: string, { sharedDirectory }: ReadyFile): Promise<string> {
  const passwords = JSON.parse(await readFile(path.join(data, 'passwords.json'), 'utf8'));
  const { superuser } = z.object({ superuser: z.string() }).parse(passwords);
  const login = { name: 'postgres', password: new Secret(superuser) };
  return socketUrl(path.join(sharedDirectory, 'run/postgres'), login, 'patchbay');
}
