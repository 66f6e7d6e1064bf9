import { type JsonObject, joinName, stringAt, viewManifest } from '@patchbay/mcp';

/** What has a joined name. Resources keep their URIs and are claimed instead. */
export type NamedKind = 'tool' | 'prompt';

/** One row of the table: what the organization's URL calls a connector's tool or prompt. */
export interface PlannedName {
  readonly kind: NamedKind;
  readonly joined: string;
  readonly name: string;
}

/** A name that would stand for two things. */
export interface NameConflict {
  readonly kind: NamedKind;
  readonly joined: string;
  readonly name: string;
  /** The other thing: of the same connector, or of another one. */
  readonly other: { readonly connectorId: string; readonly name: string };
}

/** A resource, or a template of resources, that a connector serves. */
export interface PlannedClaim {
  readonly uri: string;
  readonly isTemplate: boolean;
}

/** What fits into an index of the database. What is longer is served at the connector's own URL only. Bytes. */
const URI_BYTES_MAX = 1_024;

/** The names a version would have at its organization's URL, and those of them that are not its own alone. */
export function planNames(connector: { readonly id: string; readonly slug: string }, manifest: unknown) {
  const { tools, prompts } = viewManifest(manifest);
  const names = new Map<string, PlannedName>();
  const conflicts: NameConflict[] = [];
  const plan = (kind: NamedKind, entries: readonly JsonObject[]) => {
    for (const name of new Set(entries.map((entry) => stringAt(entry, 'name') ?? ''))) {
      const joined = joinName(connector.slug, name);
      const first = names.get(`${kind} ${joined}`);
      if (first) conflicts.push({ kind, joined, name, other: { connectorId: connector.id, name: first.name } });
      else names.set(`${kind} ${joined}`, { kind, joined, name });
    }
  };
  plan('tool', tools);
  plan('prompt', prompts);
  // Of two that share a name neither has it: better than that one answers for the other.
  for (const { kind, joined } of conflicts) names.delete(`${kind} ${joined}`);
  return { names: [...names.values()], conflicts };
}

/** What a version serves under URIs of its own. */
export function planClaims(manifest: unknown): PlannedClaim[] {
  const { resources, resourceTemplates } = viewManifest(manifest);
  const uris = (entries: readonly JsonObject[], key: string) =>
    [...new Set(entries.map((entry) => stringAt(entry, key) ?? ''))].filter(
      (uri) => uri !== '' && Buffer.byteLength(uri) <= URI_BYTES_MAX,
    );
  return [
    ...uris(resources, 'uri').map((uri) => ({ uri, isTemplate: false })),
    ...uris(resourceTemplates, 'uriTemplate').map((uri) => ({ uri, isTemplate: true })),
  ];
}
