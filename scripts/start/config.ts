import path from 'node:path';
import { loadConfig } from '@patchbay/foundation';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);

/** What the person who starts an installation may set. What a process needs beyond it, the starter fills in. */
const schema = z.object({
  /** Where everything of this installation is kept; relative to the checkout. */
  PATCHBAY_DATA: z.string().default('.patchbay'),
  /** `production` refuses what only suits one machine, and never makes a demo. */
  PATCHBAY_MODE: z.enum(['development', 'production']).default('development'),
  /** Port of the one public listener. */
  PATCHBAY_PORT: port.default(4000),
  /** Port of /health and /metrics of the gateway, on loopback. Empty: PATCHBAY_PORT + 1, or a free one. */
  PATCHBAY_INTERNAL_PORT: port.optional(),
  /** The one source of every absolute URL. Empty: http://localhost:PATCHBAY_PORT. */
  PATCHBAY_ORIGIN: z.url({ protocol: /^https?$/ }).optional(),
  /** An existing PostgreSQL instead of the embedded one: a user who may create roles and schemas. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** An existing Redis instead of the embedded one. */
  REDIS_URL: z.url({ protocol: /^(rediss?|redis\+unix)$/ }).optional(),
  /** An S3-compatible store instead of a directory; with its four companions. */
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
  readonly usesS3: boolean;
  readonly searchPath: string;
  /** The environment the starter was given; `processEnvironment` takes from it by name. */
  readonly given: NodeJS.ProcessEnv;
}

/**
 * Reads the environment once, at start.
 *
 * @throws ConfigError with every problem at once
 */
export function loadStartConfig(env: NodeJS.ProcessEnv, root: string): StartConfig {
  const value = loadConfig(schema.superRefine(refuseUnsafe), env);
  return {
    dataDirectory: path.resolve(root, value.PATCHBAY_DATA),
    mode: value.PATCHBAY_MODE,
    port: value.PATCHBAY_PORT,
    internalPort: value.PATCHBAY_INTERNAL_PORT ?? null,
    origin: value.PATCHBAY_ORIGIN ?? `http://localhost:${value.PATCHBAY_PORT}`,
    databaseUrl: value.DATABASE_URL,
    redisUrl: value.REDIS_URL,
    usesS3: value.S3_ENDPOINT !== undefined,
    searchPath: value.PATH,
    given: env,
  };
}

/** What each process would refuse as well, said before anything is started. */
function refuseUnsafe(value: z.output<typeof schema>, context: z.RefinementCtx): void {
  const refuse = (variable: string, message: string) => context.addIssue({ code: 'custom', path: [variable], message });
  const origin = new URL(value.PATCHBAY_ORIGIN ?? `http://localhost:${value.PATCHBAY_PORT}`);
  if (value.PATCHBAY_ORIGIN && origin.origin !== value.PATCHBAY_ORIGIN) {
    refuse('PATCHBAY_ORIGIN', 'must be an origin: no path, no slash at the end');
  }
  if (value.PATCHBAY_MODE === 'production' && origin.protocol !== 'https:') {
    refuse('PATCHBAY_ORIGIN', 'production serves people and tokens, so it must be https');
  } else if (origin.protocol === 'http:' && origin.hostname !== 'localhost') {
    refuse('PATCHBAY_ORIGIN', 'http is accepted for the name localhost only (not for 127.0.0.1)');
  }
  if (value.PATCHBAY_INTERNAL_PORT === value.PATCHBAY_PORT) {
    refuse('PATCHBAY_INTERNAL_PORT', 'must differ from PATCHBAY_PORT: what it serves is not for the public');
  }
}
