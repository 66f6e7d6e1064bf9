import path from 'node:path';
import type { Directories, GeneratedSecrets, PerRole } from '@patchbay/embedded';
import type { StartConfig } from '../config.ts';
import type { ServiceUsers } from './service-users.ts';

export const APP_NAMES = ['keyholder', 'spawner', 'supervisor', 'gateway', 'worker', 'dashboard'] as const;
export type AppName = (typeof APP_NAMES)[number];

/** Those that ask the keyholder. */
export const KEYHOLDER_ROLES = ['gateway', 'worker'] as const satisfies readonly AppName[];
type KeyholderRole = (typeof KEYHOLDER_ROLES)[number];

/** The facts known once the services run; the source of every process's environment. */
export interface Installation {
  readonly config: StartConfig;
  readonly directories: Directories;
  readonly secrets: Pick<GeneratedSecrets, 'masterKeyFile' | 'authSecretFile'>;
  readonly databaseUrls: PerRole<string>;
  readonly redisUrl: string | null;
  readonly users: ServiceUsers;
  /** The documentation of this version, which may still have to be built. */
  readonly docsDirectory: string;
  /** null: none on this machine; the supervisor then refuses to run code. */
  readonly bubblewrap: string | null;
  readonly ports: {
    readonly gatewayInternal: number;
    readonly workerInternal: number;
    readonly supervisorInternal: number;
    readonly dashboard: number;
  };
}

/** Whether sandboxes are started by a process of their own: where the others run as users without that right. */
export function usesSpawner({ users, bubblewrap }: Pick<Installation, 'users' | 'bubblewrap'>): boolean {
  return users.supervisor !== null && bubblewrap !== null;
}

/** Handed on as given to every process. No HOME: nothing of ours reads or writes there. */
const FOR_ALL = ['PATH', 'TZ', 'NODE_EXTRA_CA_CERTS', 'PATCHBAY_LOG_LEVEL'];
const S3 = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_REGION', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];

/** Supervisors on further machines, in addition to the local supervisor, which is reached by its socket. */
const SUPERVISORS = [
  'SUPERVISOR_HOSTS',
  'SUPERVISOR_REGISTRY',
  'SUPERVISOR_TLS_CA_FILE',
  'SUPERVISOR_TLS_CERT_FILE',
  'SUPERVISOR_TLS_KEY_FILE',
];

/** Handed on as given to one process, when set. */
const GIVEN: Record<AppName, readonly string[]> = {
  keyholder: [],
  gateway: [
    'PATCHBAY_LISTEN_HOST',
    'PATCHBAY_SIGNUP',
    'PATCHBAY_SMTP_URL',
    'PATCHBAY_MAIL_FROM',
    'PATCHBAY_LIMITS',
    'PATCHBAY_RELEASED_NAMES',
    'PATCHBAY_TRUSTED_PROXIES',
    'REDIS_NETWORK_TRUSTED',
    ...SUPERVISORS,
    ...S3,
  ],
  worker: [
    'PATCHBAY_NPM_REGISTRY',
    'PATCHBAY_NPM_TIMEOUT_MS',
    'PACKAGE_STORE_BYTES_MAX',
    'REDIS_NETWORK_TRUSTED',
    ...SUPERVISORS,
    ...S3,
  ],
  spawner: ['SANDBOX_CPU_CORES'],
  supervisor: ['PATCHBAY_REQUIRE_FULL_LIMITS', 'SANDBOX_CPU_CORES', 'SANDBOX_POOL_SIZE'],
  dashboard: [],
};

/**
 * The complete environment of a process: the variables of its task and nothing else. The supervisor, which runs untrusted
 * code, and the dashboard hold no database URL and no key; only the launcher knows the owner's.
 */
export function processEnvironment(name: AppName, installation: Installation): Record<string, string> {
  const { config } = installation;
  const own = OWN[name](installation);
  const environment: Record<string, string> = {};
  for (const [variable, value] of Object.entries(config.given)) {
    const handedOn = FOR_ALL.includes(variable) || variable.startsWith('OTEL_') || GIVEN[name].includes(variable);
    if (handedOn && value !== undefined && value !== '') environment[variable] = value;
  }
  environment.PATCHBAY_MODE = config.mode;
  environment.PATCHBAY_ORIGIN = config.origin;
  environment.NODE_COMPILE_CACHE = compileCache(installation.directories, name);
  for (const [variable, value] of Object.entries(own)) {
    if (value !== null) environment[variable] = value;
  }
  return environment;
}

const OWN: Record<AppName, (installation: Installation) => Record<string, string | null>> = {
  gateway: ({ config, directories, secrets, databaseUrls, redisUrl, ports, docsDirectory }) => ({
    PATCHBAY_PORT: String(config.port),
    PATCHBAY_INTERNAL_PORT: String(ports.gatewayInternal),
    DATABASE_URL: databaseUrls.app,
    DATABASE_AUTH_URL: databaseUrls.auth,
    DATABASE_QUEUE_URL: databaseUrls.queue,
    REDIS_URL: redisUrl,
    SUPERVISOR_SOCKET: supervisorSocket(directories),
    ARTIFACT_DIR: config.usesS3 ? null : directories.artifacts,
    KEYHOLDER_SOCKET: keyholderSocket(directories, 'gateway'),
    AUTH_SECRET_FILE: secrets.authSecretFile,
    SPOOL_DIR: directories.spool,
    DISK_WATCH_DIRS: [directories.data, directories.shared, directories.postgres, directories.redis].join(
      path.delimiter,
    ),
    DOWNLOADS_DIR: directories.downloads,
    DOCS_DIR: docsDirectory,
    DASHBOARD_UPSTREAM: `http://127.0.0.1:${ports.dashboard}`,
  }),
  worker: ({ config, directories, databaseUrls, redisUrl, ports }) => ({
    DATABASE_URL: databaseUrls.app,
    DATABASE_QUEUE_URL: databaseUrls.queue,
    REDIS_URL: redisUrl,
    SUPERVISOR_SOCKET: supervisorSocket(directories),
    ARTIFACT_DIR: config.usesS3 ? null : directories.artifacts,
    KEYHOLDER_SOCKET: keyholderSocket(directories, 'worker'),
    PACKAGE_STORE_DIR: directories.packages,
    WORKER_INTERNAL_PORT: String(ports.workerInternal),
  }),
  spawner: ({ directories, bubblewrap, users }) => ({
    SPAWNER_SOCKET: spawnerSocket(directories),
    SPAWNER_SUPERVISOR_UID: users.supervisor && String(users.supervisor.uid),
    SPAWNER_SUPERVISOR_GID: users.supervisor && String(users.supervisor.gid),
    SPAWNER_SUPERVISOR_DIR: directories.supervised,
    PACKAGE_STORE_DIR: directories.packages,
    SPAWNER_DIR: directories.sandbox,
    BWRAP_PATH: bubblewrap,
  }),
  keyholder: ({ directories, secrets }) => ({
    MASTER_KEY_FILE: secrets.masterKeyFile,
    KEYHOLDER_DIR: directories.keyholder,
    KEYHOLDER_SOCKET_DIR: keyholderSockets(directories),
  }),
  supervisor: ({ directories, bubblewrap, ports, users }) => ({
    SUPERVISOR_SOCKET: supervisorSocket(directories),
    SUPERVISOR_SOCKET_GID: users.gateway && String(users.gateway.gid),
    SPAWNER_SOCKET: usesSpawner({ users, bubblewrap }) ? spawnerSocket(directories) : null,
    SANDBOX_DIR: directories.supervised,
    PACKAGE_STORE_DIR: directories.packages,
    BWRAP_PATH: bubblewrap,
    SUPERVISOR_INTERNAL_PORT: String(ports.supervisorInternal),
  }),
  dashboard: ({ ports }) => ({
    PORT: String(ports.dashboard),
    HOSTNAME: '127.0.0.1',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  }),
};

/** Compiled code from the start before: nearly halves the work of a start. Each process trusts its own alone. */
export function compileCache(directories: Directories, name: AppName): string {
  return path.join(directories.shared, 'compile-cache', name);
}

/** A directory for each role that may ask the keyholder. */
export function keyholderSockets(directories: Directories): string {
  return path.join(directories.sockets, 'keyholder');
}

function keyholderSocket(directories: Directories, role: KeyholderRole): string {
  return path.join(keyholderSockets(directories), role, 'keys.sock');
}

export function supervisorSocket(directories: Directories): string {
  return path.join(directories.supervisorSocket, 'supervisor.sock');
}

function spawnerSocket(directories: Directories): string {
  return path.join(directories.spawnerSocket, 'spawner.sock');
}
