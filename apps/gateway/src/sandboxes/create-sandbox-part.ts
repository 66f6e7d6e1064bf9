/** The sandboxes as the gateway uses them: what each is provisioned with, where its lines go, and when it is retired. */
import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database } from '@patchbay/domain';
import type { ChangeFeed } from '@patchbay/domain/changes';
import type { EndpointDirectory } from '@patchbay/domain/endpoints';
import { insertLogLines } from '@patchbay/domain/logs';
import { openSecrets } from '@patchbay/domain/secrets';
import { type Logger, Secret } from '@patchbay/foundation';
import { createSandboxClient, type SandboxClient, type SandboxClientOptions } from '@patchbay/sandbox-client';
import { openSupervisors } from '@patchbay/sandbox-client/registry';
import type { Vault } from '@patchbay/vault';
import type { GatewayConfig } from '../config.ts';
import { LogBatcher } from './log-batcher.ts';
import { SandboxRetirement } from './sandbox-retirement.ts';

const LOG_FLUSH_MS = 200;
const LOG_LINES_WAITING_MAX = 20_000;

export interface SandboxPartOptions {
  readonly config: Pick<GatewayConfig, 'supervisors' | 'redisUrl'>;
  readonly artifacts: ArtifactStore;
  readonly database: Database;
  readonly vault: Vault;
  readonly endpoints: EndpointDirectory;
  readonly changes: ChangeFeed;
  /** Events of connectors: changed lists, updated resources. */
  readonly onEvent: NonNullable<SandboxClientOptions['onEvent']>;
  readonly onLogLinesDropped: (lines: number) => void;
  readonly logger: Logger;
}

export interface SandboxPart {
  readonly sandboxes: SandboxClient;
  /** Lines of connectors on their way into the database. */
  readonly connectorLogs: LogBatcher;
  readonly retirement: SandboxRetirement;
  /** Stops retiring, writes the waiting lines, ends the connections to the supervisors. */
  close(): Promise<void>;
}

export async function createSandboxPart(options: SandboxPartOptions): Promise<SandboxPart> {
  const { config, artifacts, database, vault, endpoints, changes, logger } = options;
  const connectorLogs = new LogBatcher({
    insert: (lines) => insertLogLines(database, lines),
    onDropped: options.onLogLinesDropped,
    flushIntervalMs: LOG_FLUSH_MS,
    waitingMax: LOG_LINES_WAITING_MAX,
  });
  const sandboxes = createSandboxClient({
    ...(await openSupervisors(config.supervisors, {
      redisUrl: config.redisUrl === undefined ? undefined : new Secret(config.redisUrl),
      logger,
    })),
    provision: async ({ key: { organizationId, connectorId }, artifactDigest, snapshotDigest }) => {
      const [artifact, secrets, snapshot] = await Promise.all([
        artifacts.get({ organizationId, digest: artifactDigest }),
        database.withOrganization({ organizationId }, (tx) => openSecrets(tx, vault, connectorId)),
        // One that cannot be read costs time, not the call.
        snapshotDigest === undefined
          ? undefined
          : artifacts.get({ organizationId, digest: snapshotDigest }).catch(() => undefined),
      ]);
      return { artifact, secrets, snapshot };
    },
    onLog: (record) => connectorLogs.add(record),
    onEvent: options.onEvent,
  });
  const retirement = new SandboxRetirement({ changes, endpoints, sandboxes, logger });
  return {
    sandboxes,
    connectorLogs,
    retirement,
    async close() {
      retirement.close();
      await Promise.all([connectorLogs.close(), sandboxes.close()]);
    },
  };
}
