import { DEPLOY_LIMITS, formatLimit, STREAM_LIMITS } from '@patchbay/foundation/limits';
import { isReservedToolName } from './joined-name.ts';
import { isJsonObject, type JsonObject, type JsonValue, objectAt, own, stringAt } from './json.ts';
import { type ManifestView, viewManifest } from './manifest.ts';

/**
 * The same checks as in a deploy; lists that a connector returns at runtime pass them again, because they are not
 * reviewed.
 */
const BOUNDS = {
  listsBytes: DEPLOY_LIMITS.manifest.value,
  entries: DEPLOY_LIMITS.tools.value,
  resources: DEPLOY_LIMITS.resources.value,
  schemaBytes: DEPLOY_LIMITS.schema.value,
  schemaDepth: DEPLOY_LIMITS.schemaDepth.value,
  textLength: DEPLOY_LIMITS.description.value,
  uriLength: STREAM_LIMITS.resourceUri.value,
} as const;
const TOOL_NAME = /^[A-Za-z0-9_./-]{1,64}$/;

export interface AdmittedLists {
  readonly manifest: ManifestView;
  /** The entries left out, by name and reason: for the author's log. */
  readonly refused: readonly string[];
}

/**
 * The lists a dynamic connector returns at runtime, as far as they keep to the rules of a deploy. The recorded name,
 * instructions and declarations stay. The annotations of a recorded tool cannot make it less dangerous; a new tool is
 * judged by its annotations, and needs approval without any.
 */
export function admitLists(recorded: ManifestView, described: unknown): AdmittedLists {
  const given = viewManifest(described);
  const lists = [given.tools, given.prompts, given.resources, given.resourceTemplates];
  if (Buffer.byteLength(JSON.stringify(lists)) > BOUNDS.listsBytes) {
    return {
      manifest: recorded,
      refused: [`all of it: the lists together exceed ${formatLimit(DEPLOY_LIMITS.manifest)}`],
    };
  }
  const refused: string[] = [];
  const admit = (kind: string, entries: readonly JsonObject[], rule: Rule): JsonObject[] => {
    const twice = repeated(entries.map(rule.nameOf));
    return entries.slice(0, rule.max).flatMap((entry) => {
      const reason = twice.has(rule.nameOf(entry)) ? 'its name is there twice' : rule.objection(entry);
      if (reason === null) return [entry];
      refused.push(`${kind} ${JSON.stringify(rule.nameOf(entry).slice(0, 64))}: ${reason}`);
      return [];
    });
  };
  const before = new Map(recorded.tools.map((tool) => [stringAt(tool, 'name'), tool]));
  const manifest: ManifestView = {
    ...recorded,
    tools: admit('tool', given.tools, TOOLS).map((tool) => withoutLoosening(tool, before.get(stringAt(tool, 'name')))),
    prompts: admit('prompt', given.prompts, PROMPTS),
    resources: admit('resource', given.resources, RESOURCES),
    resourceTemplates: admit('resource template', given.resourceTemplates, TEMPLATES),
  };
  return { manifest, refused };
}

interface Rule {
  readonly max: number;
  nameOf(entry: JsonObject): string;
  /** Why the entry cannot be listed; null when it can. */
  objection(entry: JsonObject): string | null;
}

const named = (field: string) => (entry: JsonObject) => stringAt(entry, field) ?? '';

const TOOLS: Rule = {
  max: BOUNDS.entries,
  nameOf: named('name'),
  objection(tool) {
    const name = stringAt(tool, 'name') ?? '';
    if (!TOOL_NAME.test(name)) return 'its name is not one that clients take';
    if (isReservedToolName(name)) return 'its name is reserved for the platform';
    if ((stringAt(tool, 'description') ?? '').length > BOUNDS.textLength) return 'its description is too long';
    const output = own(tool, 'outputSchema');
    return objectToSchema(own(tool, 'inputSchema')) ?? (output === undefined ? null : objectToSchema(output));
  },
};
const PROMPTS: Rule = {
  max: BOUNDS.entries,
  nameOf: named('name'),
  objection: (prompt) => ((stringAt(prompt, 'name') ?? '').length > 128 ? 'its name is too long' : null),
};
const uriRule = (max: number, field: string): Rule => ({
  max,
  nameOf: named(field),
  objection: (entry) => ((stringAt(entry, field) ?? '').length > BOUNDS.uriLength ? 'its URI is too long' : null),
});
const RESOURCES = uriRule(BOUNDS.resources, 'uri');
const TEMPLATES = uriRule(BOUNDS.entries, 'uriTemplate');

function objectToSchema(schema: JsonValue | undefined): string | null {
  if (!isJsonObject(schema) || stringAt(schema, 'type') !== 'object') return 'a schema of it is not one of an object';
  if (isDeeperThan(schema, BOUNDS.schemaDepth)) return 'a schema of it is too deep';
  if (Buffer.byteLength(JSON.stringify(schema)) > BOUNDS.schemaBytes) return 'a schema of it is too large';
  return refersOutside(schema) ? 'a schema of it refers to another document' : null;
}

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeperThan(child, levels - 1));
}

const REFERENCES: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$recursiveRef']);

function refersOutside(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, child]) =>
    REFERENCES.has(key) && typeof child === 'string' ? !child.startsWith('#') : refersOutside(child),
  );
}

/** A tool as it was recorded, where the new one claims to do less. */
function withoutLoosening(tool: JsonObject, recorded: JsonObject | undefined): JsonObject {
  if (!recorded || dangerOf(tool) >= dangerOf(recorded)) return tool;
  const { annotations: _claimed, ...rest } = tool;
  const kept = objectAt(recorded, 'annotations');
  return kept ? { ...rest, annotations: kept } : rest;
}

/** 0 reads, 1 writes reversibly, 2 destroys or has no annotation. */
function dangerOf(tool: JsonObject): number {
  const annotations = objectAt(tool, 'annotations');
  if (own(annotations, 'readOnlyHint') === true) return 0;
  return own(annotations, 'destructiveHint') === false ? 1 : 2;
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)));
}
