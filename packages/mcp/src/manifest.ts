import { type DeclaredConnection, declaredConnections } from './declared-connections.ts';
import { isJsonObject, type JsonObject, type JsonValue, objectAt, own, stringAt } from './json.ts';

/**
 * The fields that the gateway reads of a manifest recorded by the deploy. Entries are wire objects and pass through
 * unchanged.
 */
export interface ManifestView {
  readonly server: { readonly name: string; readonly version: string; readonly title?: string };
  readonly instructions: string | undefined;
  readonly tools: JsonObject[];
  readonly prompts: JsonObject[];
  readonly resources: JsonObject[];
  readonly resourceTemplates: JsonObject[];
  /** Capabilities the connector declares: with lists that change, one may be empty now and not later. */
  readonly declared: readonly string[];
  readonly completions: boolean;
  /** Whether the connector notifies of changes of single resources. */
  readonly resourceUpdates: boolean;
  /** Whether its lists change while a version runs: they are asked for, not taken from here. */
  readonly dynamic: boolean;
  /** Scope → what it allows, in the author's words. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Hosts of pages that its questions may send people to. */
  readonly linkHosts: readonly string[];
  /** The accounts of upstream services that it works with. */
  readonly connections: readonly DeclaredConnection[];
}

/** Reads a stored manifest. Tolerant: a field that is missing or of another shape counts as empty. */
export function viewManifest(manifest: unknown): ManifestView {
  const source = isJsonObject(manifest) ? manifest : {};
  const server = objectAt(source, 'server');
  const title = stringAt(server, 'title');
  const capabilities = objectAt(source, 'capabilities');
  return {
    server: {
      name: stringAt(server, 'name') ?? 'connector',
      version: stringAt(server, 'version') ?? '0.0.0',
      ...(title !== undefined && { title }),
    },
    instructions: stringAt(server, 'instructions') ?? stringAt(source, 'instructions'),
    tools: byKey(source.tools, 'name'),
    prompts: byKey(source.prompts, 'name'),
    resources: byKey(source.resources, 'uri'),
    resourceTemplates: byKey(source.resourceTemplates, 'uriTemplate'),
    declared: Object.keys(capabilities ?? {}),
    completions: objectAt(capabilities, 'completions') !== undefined,
    resourceUpdates: own(objectAt(capabilities, 'resources'), 'subscribe') === true,
    dynamic: own(source, 'dynamic') === true,
    scopes: textsIn(objectAt(source, 'scopes')),
    linkHosts: Array.isArray(source.linkHosts) ? source.linkHosts.filter((host) => typeof host === 'string') : [],
    connections: declaredConnections(source),
  };
}

function textsIn(object: JsonObject | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(object ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Whether there is anything of this kind, or may be at another time. */
export function offers(manifest: ManifestView, kind: 'tools' | 'prompts' | 'resources'): boolean {
  if (manifest.dynamic && manifest.declared.includes(kind)) return true;
  return manifest[kind].length > 0 || (kind === 'resources' && manifest.resourceTemplates.length > 0);
}

/** Sorted, so that a list is the same text on every gateway and prompt caches hold. */
function byKey(value: JsonValue | undefined, key: string): JsonObject[] {
  if (!Array.isArray(value)) return [];
  const entries = value.filter(
    (entry): entry is JsonObject => isJsonObject(entry) && stringAt(entry, key) !== undefined,
  );
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return entries.toSorted((a, b) => compare(stringAt(a, key) ?? '', stringAt(b, key) ?? ''));
}
