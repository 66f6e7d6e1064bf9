import path from 'node:path';
import {
  loadConfig,
  originField,
  originProblem,
  passwordProblem,
  portField,
  redisProblem,
  sharedEnvironment,
  signUpProblem,
} from '@patchbay/foundation';
import { z } from 'zod';

/** A start writes the addresses down before anything listens, so it takes no free port. */
const port = portField.min(1);

/** Settings of the person who starts an installation. The launcher adds the rest of a process's environment. */
export const startEnvironment = z.object({
  /** Where everything of this installation is kept; relative to the checkout. */
  PATCHBAY_DATA: z.string().default('.patchbay'),
  /** Checked before any process starts; each reads them again. `production` also makes no demo. */
  ...sharedEnvironment,
  /** Port of the one public listener. */
  PATCHBAY_PORT: port.default(4000),
  /** Port of /health and /metrics of the gateway, on loopback. Empty: PATCHBAY_PORT + 1, or a free one. */
  PATCHBAY_INTERNAL_PORT: port.optional(),
  /** The one source of every absolute URL. Empty: http://localhost:PATCHBAY_PORT. */
  PATCHBAY_ORIGIN: originField.optional(),
  /** An existing PostgreSQL instead of the embedded one: a user who may create roles and schemas. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** An existing Redis instead of the embedded one. */
  REDIS_URL: z.url({ protocol: /^(rediss?|redis\+unix)$/ }).optional(),
  /** `false` accepts reduced limits and processes that share the user of the start. Default: only production refuses. */
  PATCHBAY_REQUIRE_FULL_LIMITS: z.enum(['true', 'false']).optional(),
  /** File with the 32-byte master key, Base64. Production keeps it outside of PATCHBAY_DATA. Empty: a generated one. */
  MASTER_KEY_FILE: z.string().optional(),
  /** File with the secret that signs sessions, 32 bytes in Base64. As above. */
  AUTH_SECRET_FILE: z.string().optional(),
  /** The server that takes mail; the gateway reads it, together with PATCHBAY_MAIL_FROM. */
  PATCHBAY_SMTP_URL: z.string().optional(),
  /** The sign-up policy; the gateway reads it, and production refuses `domain:` without mail. */
  PATCHBAY_SIGNUP: z.string().optional(),
  /** An S3-compatible store instead of a directory; set together with its four companions. */
  S3_ENDPOINT: z.url().optional(),
  /** Where programs are looked for before they are unpacked privately. */
  PATH: z.string().default('/usr/bin:/bin'),
});

export interface StartConfig {
  readonly dataDirectory: string;
  readonly mode: 'development' | 'production';
  readonly port: number;
  /** null: the next after `port`, or a free one. */
  readonly internalPort: number | null;
  readonly origin: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** Keys that are kept elsewhere; undefined: generated below the data directory. */
  readonly keyFiles: { readonly masterKey: string | undefined; readonly authSecret: string | undefined };
  readonly usesS3: boolean;
  /** Whether a machine that cannot keep processes apart and limited is refused. */
  readonly requiresFullLimits: boolean;
  readonly searchPath: string;
  /** The environment of the launcher; `processEnvironment` takes from it by name. */
  readonly given: NodeJS.ProcessEnv;
}

/**
 * Reads the environment once, at start.
 *
 * @throws ConfigError with every problem at once
 */
export function loadStartConfig(root: string, env: NodeJS.ProcessEnv = process.env): StartConfig {
  const checked = startEnvironment.superRefine((value, context) => {
    for (const [variable, message] of [...originProblems(value), ...productionProblems(value, root)]) {
      context.addIssue({ code: 'custom', path: [variable], message });
    }
  });
  const value = loadConfig(checked, env);
  return {
    dataDirectory: path.resolve(root, value.PATCHBAY_DATA),
    mode: value.PATCHBAY_MODE,
    port: value.PATCHBAY_PORT,
    internalPort: value.PATCHBAY_INTERNAL_PORT ?? null,
    origin: value.PATCHBAY_ORIGIN ?? `http://localhost:${value.PATCHBAY_PORT}`,
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    keyFiles: { masterKey: value.MASTER_KEY_FILE, authSecret: value.AUTH_SECRET_FILE },
    usesS3: value.S3_ENDPOINT !== undefined,
    searchPath: value.PATH,
    requiresFullLimits: (value.PATCHBAY_REQUIRE_FULL_LIMITS ?? String(value.PATCHBAY_MODE === 'production')) === 'true',
    given: env,
  };
}

type Variables = z.output<typeof startEnvironment>;
type Problem = readonly [variable: keyof Variables, message: string];

/** Errors that each process would report as well, reported before anything is started. */
function startOriginProblem(given: string | undefined, mode: Variables['PATCHBAY_MODE']): string | null {
  if (given === undefined) {
    return mode === 'production'
      ? 'is not set: production needs the public address, such as https://patchbay.example.com'
      : null;
  }
  return URL.canParse(given) ? originProblem(given, mode) : null;
}

function originProblems(value: Variables): Problem[] {
  const problems: Problem[] = [];
  const ofOrigin = startOriginProblem(value.PATCHBAY_ORIGIN, value.PATCHBAY_MODE);
  if (ofOrigin !== null) problems.push(['PATCHBAY_ORIGIN', ofOrigin]);
  if (value.PATCHBAY_INTERNAL_PORT === value.PATCHBAY_PORT) {
    problems.push(['PATCHBAY_INTERNAL_PORT', 'must differ from PATCHBAY_PORT: what it serves is not for the public']);
  }
  return problems;
}

/** Production takes nothing from the launcher that must outlive it, or that a backup of the data must not contain. */
function productionProblems(value: Variables, root: string): Problem[] {
  if (value.PATCHBAY_MODE !== 'production') return [];
  const problems: Problem[] = [];
  for (const variable of ['DATABASE_URL', 'REDIS_URL'] as const) {
    const url = value[variable];
    if (!url)
      problems.push([
        variable,
        'production needs a service that you run and back up; the embedded one is for trying out',
      ]);
    else {
      const isTrusted = value.REDIS_NETWORK_TRUSTED;
      const problem = variable === 'REDIS_URL' ? redisProblem(url, isTrusted) : passwordProblem(url);
      if (problem !== null) problems.push([variable, problem]);
    }
  }
  const ofSignUp = signUpProblem(value.PATCHBAY_SIGNUP, value.PATCHBAY_SMTP_URL);
  if (ofSignUp !== null) problems.push(['PATCHBAY_SIGNUP', ofSignUp]);
  const data = path.resolve(root, value.PATCHBAY_DATA) + path.sep;
  for (const variable of ['MASTER_KEY_FILE', 'AUTH_SECRET_FILE'] as const) {
    const file = value[variable];
    if (!file) problems.push([variable, 'production keeps its keys in files of their own: openssl rand -base64 32']);
    else if (path.resolve(root, file).startsWith(data)) {
      problems.push([variable, 'must be outside of PATCHBAY_DATA: a copy of the data must not contain the key']);
    }
  }
  return problems;
}
