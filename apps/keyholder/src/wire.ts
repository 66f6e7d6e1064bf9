/** Every constructor of the keyholder, once. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@patchbay/foundation';
import type { Application } from '@patchbay/foundation/process';
import { localKeySource, PEER_ROLES, readMasterKey } from '@patchbay/vault';
import { Registry } from 'prom-client';
import { type AnswerDeps, answerRequest } from './answer-request.ts';
import type { KeyholderConfig } from './config.ts';
import { RequestCounts } from './request-counts.ts';
import { type RoleServer, startRoleServer } from './role-server.ts';
import { openShredKeys } from './shred-key-files.ts';
import { UnwrapBudget } from './unwrap-budget.ts';

export async function wireKeyholder(config: KeyholderConfig, logger: Logger): Promise<Application> {
  const masterKey = await readMasterKey(config.masterKeyFile);
  const shredKeys = await openShredKeys(config.directory);
  const budget = () => new UnwrapBudget(config.unwrapsMax, () => performance.now());
  const counts = new RequestCounts(logger);
  const deps: AnswerDeps = {
    keys: localKeySource([masterKey], shredKeys),
    budgets: { gateway: budget(), worker: budget() },
    count: (role, operation, result) => counts.add(role, operation, result),
    logger,
  };
  const servers: RoleServer[] = [];
  return {
    checks: [],
    metrics: new Registry(),
    async start() {
      for (const role of PEER_ROLES) {
        // Where it is not there, all processes run as one user.
        await mkdir(path.join(config.socketDirectory, role), { recursive: true, mode: 0o700 });
        const server = await startRoleServer({
          socketPath: path.join(config.socketDirectory, role, 'keys.sock'),
          answer: (request) => answerRequest(deps, role, request),
          onMalformed: () => logger.warn({ role }, 'a process does not keep to the protocol'),
        });
        servers.push(server);
      }
      return { roles: PEER_ROLES };
    },
    async drain() {
      counts.close();
      await Promise.all(servers.map((server) => server.close()));
      masterKey.bytes.fill(0);
    },
  };
}
