import { CALL_LIMITS, DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../payloads/json.ts';
import { egressRuleSchema } from '../provisions/egress-rule.ts';
import { versionSnapshotSchema } from '../provisions/version-snapshot.ts';
import { isolationKeySchema } from './isolation-key.ts';

/** The methods a runner answers. Everything else of MCP is answered by the gateway. */
export const INVOCATION_METHODS = [
  'tools/call',
  'prompts/get',
  'resources/read',
  'completion/complete',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'patchbay/describe',
  /** `uris` of resources with subscribers for their changes. */
  'patchbay/follow',
] as const;

export type InvocationMethod = (typeof INVOCATION_METHODS)[number];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const jsonObjectSchema = z.custom<JsonObject>(isJsonObject, 'must be a JSON object');

/** The caller, the person, and their names; written by the gateway, never copied from a caller's bytes. */
export const invocationContextSchema = z.strictObject({
  user: z.strictObject({ id: z.string(), email: z.string().nullable(), name: z.string().nullable() }).nullable(),
  organization: z.strictObject({ id: z.string(), slug: z.string() }),
  client: z.strictObject({ name: z.string(), version: z.string().nullable() }).nullable(),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  requestId: z.string(),
  idempotencyKey: z.string(),
  /** Capabilities of the MCP client of this call, as in `_meta` of 2026-07-28. */
  capabilities: jsonObjectSchema,
  /** MCP log level the client asked for; log notifications are sent only when it is set. */
  logLevel: z.string().optional(),
  /** The trace context of the caller, in the forms of the W3C. */
  trace: z
    .strictObject({ traceparent: z.string(), tracestate: z.string().optional(), baggage: z.string().optional() })
    .optional(),
});

export type InvocationContext = Readonly<z.infer<typeof invocationContextSchema>>;

/** Names a credential the egress proxy may add; the value never enters a sandbox. Empty lists until the vault brings them. */
export const credentialReferenceSchema = z.strictObject({ id: z.string(), hosts: z.array(z.string()) });
export type CredentialReference = Readonly<z.infer<typeof credentialReferenceSchema>>;

export const invocationSchema = z.strictObject({
  /** `ivk_…`, made by the gateway for this one call. */
  id: z.string().min(1).max(64),
  key: isolationKeySchema,
  artifactDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  snapshot: versionSnapshotSchema.optional(),
  egress: z.array(egressRuleSchema).max(DEPLOY_LIMITS.egress.value),
  method: z.enum(INVOCATION_METHODS),
  /** The parameters that policy ruled on, serialised again by the gateway. */
  params: jsonObjectSchema,
  /** Milliseconds left, waiting included. */
  deadlineMs: z.number().positive().max(CALL_LIMITS.deadlineMost.value),
  effect: z.enum(['read', 'write']),
  context: invocationContextSchema,
  credentials: z.array(credentialReferenceSchema).max(64),
  resultBytesMax: z.number().int().positive(),
  /**
   * Whether the connector's code may use dynamic code evaluation. The invocation that starts a sandbox decides for it.
   */
  codeGeneration: z.boolean().optional(),
});

/** One call as gateway, worker and `patchbay dev` make it. */
export type Invocation = Readonly<z.infer<typeof invocationSchema>>;

/** All that a supervisor reads of a call: its parameters are passed on as bytes. */
export const invocationHeaderSchema = invocationSchema.omit({ params: true });
export type InvocationHeader = Readonly<z.infer<typeof invocationHeaderSchema>>;
