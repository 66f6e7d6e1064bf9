import { AppError, findTextProblem, storable, text as storableText } from '@patchbay/foundation';
import { DEPLOY_LIMITS, formatLimit, STREAM_LIMITS } from '@patchbay/foundation/limits';
import { SCOPES_META_KEY, scopesOf, scopesOfTool, TOOL_SCOPES, viewManifest } from '@patchbay/mcp';
import { egressRuleSchema } from '@patchbay/sandbox-protocol';
import { z } from 'zod';
import { checkMirroredParameters } from './check-mirrored-parameters.ts';
import { checkSchema, type FoundPattern } from './check-schema.ts';

const MANIFEST_BYTES_MAX = DEPLOY_LIMITS.manifest.value;
const text = (length: number) => storableText().max(length);

const toolSchema = z.looseObject({
  name: storableText().regex(/^[A-Za-z0-9_./-]{1,128}$/, 'is not a tool name: letters, digits, _ . - and / only'),
  title: text(256).optional(),
  description: text(DEPLOY_LIMITS.description.value).optional(),
  inputSchema: z.unknown(),
  outputSchema: z.unknown().optional(),
  annotations: z
    .looseObject({
      title: text(256).optional(),
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
      idempotentHint: z.boolean().optional(),
      openWorldHint: z.boolean().optional(),
    })
    .optional(),
});
const promptSchema = z.looseObject({
  name: text(128).min(1),
  description: text(DEPLOY_LIMITS.description.value).optional(),
});
const resourceSchema = z.looseObject({
  uri: text(STREAM_LIMITS.resourceUri.value).min(1),
  name: text(256),
  description: text(DEPLOY_LIMITS.description.value).optional(),
});
const templateSchema = z.looseObject({ uriTemplate: text(STREAM_LIMITS.resourceUri.value).min(1), name: text(256) });

/** Where questions may send people: a name as it is resolved, never an address or a wildcard. */
const linkHostSchema = storableText().regex(
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/,
  'is not a host name such as pay.example.com',
);

/** An account of an upstream service that the connector works with. */
const connectionSchema = z.object({
  provider: storableText().regex(
    /^[a-z][a-z0-9-]{1,39}$/,
    "is not the id of a provider, such as 'github' or 'own-crm'",
  ),
  /** RFC 6749 §3.3. */
  scopes: z.array(storableText().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'is not a scope')).max(100),
  required: z.boolean().default(true),
  description: text(DEPLOY_LIMITS.description.value).optional(),
});
const connectionsSchema = z
  .record(
    storableText().regex(
      /^[a-z][A-Za-z0-9_-]{0,39}$/,
      'begins with a lower-case letter; letters, digits, _ and - follow',
    ),
    connectionSchema,
  )
  .refine(
    (declared) => Object.keys(declared).length <= DEPLOY_LIMITS.connections.value,
    `are more than ${formatLimit(DEPLOY_LIMITS.connections)}`,
  );
/** Hosts that receive credentials are never named by the code that asks for them. */
const noProviders = z
  .record(z.string(), z.unknown())
  .refine(
    (brought) => Object.keys(brought).length === 0,
    'a connector brings no provider of its own: an owner adds it to the organization, and `connections` names it',
  );

/** A page of a user interface, as it was read when the version was deployed. */
const pageSchema = z.object({
  uri: text(STREAM_LIMITS.resourceUri.value),
  /** SHA-256 of the HTML, in hex. */
  digest: text(64),
  bytes: z.number().int().nonnegative(),
  /** `_meta.ui` of the content: what a host is asked to allow. */
  meta: z.record(storableText(), z.unknown()),
  /** Names of the tools that show it. */
  tools: z.array(text(128)).max(DEPLOY_LIMITS.tools.value),
});
export type ManifestPage = z.output<typeof pageSchema>;

const manifestSchema = z.looseObject({
  manifestVersion: z.literal(1),
  sdk: z.enum(['v2', 'v1', 'connector']),
  server: z.looseObject({
    name: text(128).nullish(),
    title: text(256).nullish(),
    version: text(64).nullish(),
    instructions: text(32_768).nullish(),
  }),
  capabilities: z.record(storableText(), z.unknown()).default({}),
  tools: z.array(toolSchema).max(DEPLOY_LIMITS.tools.value),
  prompts: z.array(promptSchema).max(DEPLOY_LIMITS.tools.value),
  resources: z.array(resourceSchema).max(DEPLOY_LIMITS.resources.value),
  resourceTemplates: z.array(templateSchema).max(DEPLOY_LIMITS.tools.value),
  egress: z.array(egressRuleSchema).max(DEPLOY_LIMITS.egress.value),
  auth: z.looseObject({ type: storableText() }),
  linkHosts: z.array(linkHostSchema).max(STREAM_LIMITS.linkHosts.value).optional(),
  connections: connectionsSchema.optional(),
  providers: noProviders.optional(),
  ui: z.array(pageSchema).max(DEPLOY_LIMITS.pages.value).nullish(),
  dynamic: z.boolean(),
  secrets: z.record(storableText().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.unknown()),
  codeGeneration: z.boolean(),
});

/** The manifest of a version, checked and recorded; the gateway serves lists from it. */
export type Manifest = z.output<typeof manifestSchema>;
export type ManifestTool = Manifest['tools'][number];

export interface CheckedManifest {
  readonly manifest: Manifest;
  /** Patterns of all schemas; still to be checked, in a sandbox. */
  readonly patterns: readonly FoundPattern[];
}

/**
 * The answer of `patchbay/describe` as a manifest. The answer is a stranger's: everything the platform reads of it later
 * is bounded here.
 *
 * @throws AppError `deploy.manifest_invalid`, `deploy.no_tools`, `deploy.duplicate_tool`, `deploy.schema_*`,
 * `deploy.mirrored_parameter_invalid`
 */
export function checkManifest(described: unknown): CheckedManifest {
  if (Buffer.byteLength(JSON.stringify(described) ?? '') > MANIFEST_BYTES_MAX) {
    throw new AppError('deploy.manifest_invalid', {
      detail: `Tools, prompts and resources together exceed ${formatLimit(DEPLOY_LIMITS.manifest)}.`,
    });
  }
  // Includes every field, also unknown ones: the whole manifest is stored and served.
  const unstorable = findTextProblem(described);
  if (unstorable) throw invalid({ path: [...unstorable.path], message: unstorable.problem }, described);
  const parsed = manifestSchema.safeParse(described);
  if (!parsed.success) throw invalid(parsed.error.issues[0], described);
  const manifest = parsed.data;
  refuseEmpty(manifest);
  refuseDuplicates(
    'tool',
    manifest.tools.map((tool) => tool.name),
  );
  refuseDuplicates(
    'prompt',
    manifest.prompts.map((prompt) => prompt.name),
  );
  refuseDuplicates(
    'resource',
    manifest.resources.map((resource) => resource.uri),
  );
  refuseUngrantableScopes(manifest);
  const patterns = manifest.tools.flatMap(({ name, inputSchema, outputSchema }) => {
    const found = checkSchema(inputSchema, `tools.${name}.inputSchema`);
    checkMirroredParameters(inputSchema, `tools.${name}.inputSchema`);
    const ofOutput = outputSchema === undefined ? [] : checkSchema(outputSchema, `tools.${name}.outputSchema`);
    return [...found, ...ofOutput];
  });
  return { manifest, patterns };
}

/** A connector without entries may add some later, if it declares so. */
function refuseEmpty({ tools, prompts, resources, resourceTemplates, dynamic }: Manifest): void {
  if (dynamic) return;
  if (tools.length + prompts.length + resources.length + resourceTemplates.length === 0) {
    throw new AppError('deploy.no_tools');
  }
}

function refuseDuplicates(kind: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new AppError(kind === 'tool' ? 'deploy.duplicate_tool' : 'deploy.manifest_invalid', {
    detail: `Two ${kind}s are named ${JSON.stringify(twice)}.`,
    data: { name: twice },
  });
}

/** A tool that needs a scope which no consent page can offer would be closed to every caller. */
function refuseUngrantableScopes(manifest: Manifest): void {
  const view = viewManifest(manifest);
  const offered = new Set([...TOOL_SCOPES, ...scopesOf(view)]);
  for (const tool of view.tools) {
    const ungrantable = scopesOfTool(tool).find((scope) => !offered.has(scope));
    if (ungrantable === undefined) continue;
    const name = String(tool.name);
    throw new AppError('deploy.manifest_invalid', {
      detail: `tools.${name}: needs the scope ${JSON.stringify(ungrantable.slice(0, 64))}, which \`scopes\` does not declare as a text of up to 64 letters, digits and signs, or not among its first 50.`,
      data: { place: `tools.${name}._meta.${SCOPES_META_KEY}` },
    });
  }
}

/** Writes `tools.search.title` rather than `tools.3.title`. */
function invalid(issue: Pick<z.core.$ZodIssue, 'path' | 'message'> | undefined, described: unknown): AppError {
  const place = (issue?.path ?? []).map(String);
  const [list = '', index = ''] = place;
  const named = z.record(storableText(), z.unknown()).safeParse(described).data?.[list];
  const item = Array.isArray(named) ? named[Number(index)] : undefined;
  if (typeof item?.name === 'string') place[1] = storable(item.name.slice(0, 64).toWellFormed());
  return new AppError('deploy.manifest_invalid', {
    detail: `${place.join('.')}: ${issue?.message ?? 'cannot be read'}.`,
    data: { place: place.join('.') },
  });
}
