import { tmpdir } from 'node:os';
import { artifactStoreFields } from '@patchbay/artifacts';
import {
  dataEnvironment,
  isId,
  isWellKnownPassword,
  keysProblem,
  loadConfig,
  mailFromField,
  originField,
  originProblem,
  passwordProblem,
  portField,
  redisProblem,
  sharedEnvironment,
  signUpProblem,
  smtpUrlField,
} from '@patchbay/foundation';
import { parseLimitSettings } from '@patchbay/foundation/limits';
import { supervisorFields, supervisorProblems } from '@patchbay/sandbox-client';
import { z } from 'zod';

const limitsField = z
  .string()
  .default('')
  .transform((text, context) => {
    const limits = parseLimitSettings(text);
    if (!('problem' in limits)) return limits;
    context.addIssue({ code: 'custom', message: limits.problem });
    return z.NEVER;
  });

/** Everything the gateway reads from its environment. */
export const gatewayEnvironment = z
  .object({
    ...sharedEnvironment,
    /** The one source of every absolute URL, without a path. `http` only for the name `localhost`. */
    PATCHBAY_ORIGIN: originField.default('http://localhost:4000'),
    /** Port of the public listener. 0 takes a free one. */
    PATCHBAY_PORT: portField.default(4000),
    /** Address of the public listener. Empty: loopback in development, every address in production. */
    PATCHBAY_LISTEN_HOST: z.string().optional(),
    /** Port of /health and /metrics, loopback only. Empty: PATCHBAY_PORT + 1. */
    PATCHBAY_INTERNAL_PORT: portField.optional(),
    ...dataEnvironment,
    /** Role `patchbay_auth`: the tables of people and sessions. */
    DATABASE_AUTH_URL: dataEnvironment.DATABASE_URL,
    ...supervisorFields,
    ...artifactStoreFields,
    /** File with the secret that signs people's sessions, at least 32 characters, mode 0600. */
    AUTH_SECRET_FILE: z.string().min(1),
    /** Directory of the usage spool; survives a restart. */
    SPOOL_DIR: z.string().min(1),
    /** Further directories whose disks `/health` watches, separated by `:`; those named here and the temporary one always. */
    DISK_WATCH_DIRS: z.string().default(''),
    /** Directory with cli.tgz, connector.tgz and bridge.mjs. Empty: downloads answer 404. */
    DOWNLOADS_DIR: z.string().optional(),
    /** Directory of the built documentation, `npm run docs`. Empty: /-/docs answers 404. */
    DOCS_DIR: z.string().optional(),
    /** Internal address of the dashboard. Empty: /dashboard answers 404. */
    DASHBOARD_UPSTREAM: z.url({ protocol: /^http$/ }).optional(),
    /**
     * The server that takes mail: `smtps://user:password@host:465`, or `smtp://…:587` with STARTTLS, which a password
     * requires. It may be private. Empty: no mail; on a local origin it is shown in the terminal.
     */
    PATCHBAY_SMTP_URL: smtpUrlField.optional(),
    /** The sender of mail: `Patchbay <no-reply@example.com>`. Set it with the variable above. */
    PATCHBAY_MAIL_FROM: mailFromField.optional(),
    /** The sign-up policy. Empty: `open` in development, `invite` in production, which refuses `domain:` without mail. */
    PATCHBAY_SIGNUP: z
      .string()
      .regex(/^(open|invite|domain:[a-z0-9.-]+\.[a-z]{2,})$/, 'open, invite or domain:example.com')
      .optional(),
    /** Names that look like a brand, each with its holder: `slug=org_…` or `slug=psn_…`, comma separated. */
    PATCHBAY_RELEASED_NAMES: z
      .string()
      .default('')
      .refine((value) => value.split(',').every(isRelease), 'entries of the form slug=org_… or slug=psn_…'),
    /**
     * Other limits than the plan *standard*, for every organization: `name=value`, comma separated, by the names that
     * `GET /api/v1/limits` lists: `personCallsPerMinute=120,personBurst=120`.
     */
    PATCHBAY_LIMITS: limitsField,
    /** Addresses or networks, comma separated, whose X-Forwarded-For is trusted. Empty: none. */
    PATCHBAY_TRUSTED_PROXIES: z.string().default(''),
  })
  .superRefine((value, context) => {
    const ofKeys = keysProblem(value.PATCHBAY_MODE, value);
    if (ofKeys !== null) context.addIssue({ code: 'custom', ...ofKeys });
    const problems: Problem[] = [
      ...originProblems(value),
      ...storeProblems(value),
      ...mailProblems(value),
      ...supervisorProblems(value, value.REDIS_URL !== undefined),
      ...productionProblems(value),
    ];
    for (const problem of problems) {
      context.addIssue({ code: 'custom', path: [problem.variable], message: problem.message });
    }
  });

type Variables = z.output<typeof gatewayEnvironment>;
interface Problem {
  readonly variable: keyof Variables;
  readonly message: string;
}

function isRelease(entry: string): boolean {
  if (entry.trim() === '') return true;
  const [slug = '', holder = '', ...rest] = entry.trim().split('=');
  return rest.length === 0 && /^[a-z0-9-]{2,32}$/.test(slug) && isHolder(holder);
}

function isHolder(id: string): boolean {
  return isId('organization', id) || isId('person', id);
}

function originProblems(value: Variables): Problem[] {
  if (!URL.canParse(value.PATCHBAY_ORIGIN)) return [];
  const message = originProblem(value.PATCHBAY_ORIGIN, value.PATCHBAY_MODE);
  return message === null ? [] : [{ variable: 'PATCHBAY_ORIGIN', message }];
}

function storeProblems(value: Variables): Problem[] {
  if (value.ARTIFACT_DIR) return [];
  const needed = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  if (needed.every((name) => value[name] === undefined)) {
    return [{ variable: 'ARTIFACT_DIR', message: 'set it, or S3_ENDPOINT and S3_BUCKET with their keys' }];
  }
  return needed
    .filter((name) => value[name] === undefined)
    .map((variable) => ({ variable, message: 'is needed beside the other S3 variables' }));
}

function mailProblems(value: Variables): Problem[] {
  const pair = ['PATCHBAY_SMTP_URL', 'PATCHBAY_MAIL_FROM'] as const;
  const missing = pair.filter((name) => value[name] === undefined);
  if (missing.length !== 1) return [];
  return missing.map((variable) => ({
    variable,
    message: `is needed beside ${pair.find((name) => name !== variable)}`,
  }));
}

function productionProblems(value: Variables): Problem[] {
  if (value.PATCHBAY_MODE !== 'production') return [];
  const problems: Problem[] = [];
  if (!value.REDIS_URL) {
    problems.push({ variable: 'REDIS_URL', message: 'limits across gateways need Redis in production' });
  }
  const ofRedis = value.REDIS_URL ? redisProblem(value.REDIS_URL.reveal(), value.REDIS_NETWORK_TRUSTED) : null;
  if (ofRedis !== null) problems.push({ variable: 'REDIS_URL', message: ofRedis });
  for (const variable of ['DATABASE_URL', 'DATABASE_AUTH_URL', 'DATABASE_QUEUE_URL'] as const) {
    const url = value[variable];
    const weak = url ? passwordProblem(url.reveal()) : null;
    if (weak !== null) problems.push({ variable, message: weak });
  }
  const ofSignUp = signUpProblem(value.PATCHBAY_SIGNUP, value.PATCHBAY_SMTP_URL);
  if (ofSignUp !== null) problems.push({ variable: 'PATCHBAY_SIGNUP', message: ofSignUp });
  if (value.S3_SECRET_ACCESS_KEY && isWellKnownPassword(value.S3_SECRET_ACCESS_KEY.reveal())) {
    problems.push({ variable: 'S3_SECRET_ACCESS_KEY', message: 'is a well-known one' });
  }
  return problems;
}

function mailSettings({ PATCHBAY_SMTP_URL: url, PATCHBAY_MAIL_FROM: from }: Variables) {
  return url === undefined || from === undefined ? null : { url, from };
}

export type GatewayConfig = ReturnType<typeof loadGatewayConfig>;

/**
 * Reads the gateway's environment once, at start.
 *
 * @throws ConfigError with every problem at once, each naming its variable
 */
export function loadGatewayConfig(env: NodeJS.ProcessEnv = process.env) {
  const value = loadConfig(gatewayEnvironment, env);
  const production = value.PATCHBAY_MODE === 'production';
  return {
    mode: value.PATCHBAY_MODE,
    origin: value.PATCHBAY_ORIGIN,
    logLevel: value.PATCHBAY_LOG_LEVEL,
    listen: {
      port: value.PATCHBAY_PORT,
      host: value.PATCHBAY_LISTEN_HOST ?? (production ? '::' : 'localhost'),
    },
    internalPort: value.PATCHBAY_INTERNAL_PORT ?? (value.PATCHBAY_PORT === 0 ? 0 : value.PATCHBAY_PORT + 1),
    database: {
      url: value.DATABASE_URL.reveal(),
      authUrl: value.DATABASE_AUTH_URL.reveal(),
      queueUrl: value.DATABASE_QUEUE_URL?.reveal(),
    },
    redisUrl: value.REDIS_URL?.reveal(),
    supervisors: {
      SUPERVISOR_SOCKET: value.SUPERVISOR_SOCKET,
      SUPERVISOR_HOSTS: value.SUPERVISOR_HOSTS,
      SUPERVISOR_REGISTRY: value.SUPERVISOR_REGISTRY,
      SUPERVISOR_TLS_CA_FILE: value.SUPERVISOR_TLS_CA_FILE,
      SUPERVISOR_TLS_CERT_FILE: value.SUPERVISOR_TLS_CERT_FILE,
      SUPERVISOR_TLS_KEY_FILE: value.SUPERVISOR_TLS_KEY_FILE,
    },
    artifacts: {
      ARTIFACT_DIR: value.ARTIFACT_DIR,
      S3_ENDPOINT: value.S3_ENDPOINT,
      S3_BUCKET: value.S3_BUCKET,
      S3_REGION: value.S3_REGION,
      S3_ACCESS_KEY_ID: value.S3_ACCESS_KEY_ID,
      S3_SECRET_ACCESS_KEY: value.S3_SECRET_ACCESS_KEY,
    },
    keys: { keyholderSocket: value.KEYHOLDER_SOCKET, masterKeyFile: value.MASTER_KEY_FILE },
    authSecretFile: value.AUTH_SECRET_FILE,
    spoolDirectory: value.SPOOL_DIR,
    downloadsDirectory: value.DOWNLOADS_DIR,
    docsDirectory: value.DOCS_DIR,
    watchedDirectories: [
      value.SPOOL_DIR,
      ...(value.ARTIFACT_DIR ? [value.ARTIFACT_DIR] : []),
      tmpdir(),
      ...value.DISK_WATCH_DIRS.split(':').filter(Boolean),
    ],
    dashboardUpstream: value.DASHBOARD_UPSTREAM,
    signup: value.PATCHBAY_SIGNUP ?? (production ? 'invite' : 'open'),
    /** The warning shown in development, where production refuses. */
    signUpProblem: signUpProblem(value.PATCHBAY_SIGNUP, value.PATCHBAY_SMTP_URL),
    mail: mailSettings(value),
    limits: value.PATCHBAY_LIMITS,
    releasedNames: value.PATCHBAY_RELEASED_NAMES,
    trustedProxies: value.PATCHBAY_TRUSTED_PROXIES.split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
    /** OpenTelemetry's own variables decide where spans go; none set means no export and nothing loaded. */
    tracing: Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT),
  };
}
