import { type JsonObject, joinName, stringAt, viewManifest } from '@patchbay/mcp';

/** Entries with a joined name. Resources keep their URIs and are claimed instead. */
export type NamedKind = 'tool' | 'prompt';

/** One row of the table: what the organization's URL calls a connector's tool or prompt. */
export interface PlannedName {
  readonly kind: NamedKind;
  readonly joined: string;
  readonly name: string;
}

/** An ambiguous name. */
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

/** The largest key of a database index, in bytes. Longer ones are served at the connector's own URL only. */
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
  // Two entries with the same name both lose it: better than that one answers for the other.
  for (const { kind, joined } of conflicts) names.delete(`${kind} ${joined}`);
  return { names: [...names.values()], conflicts };
}

/** The resources that a version serves under URIs of its own. */
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
