import { isJsonObject, type JsonObject, objectAt, own, stringAt } from './json.ts';

/** An account of an upstream service that a connector declares to work with. */
export interface DeclaredConnection {
  /** How the connector's code calls it. */
  readonly name: string;
  /** Id of a provider: of the catalogue, or `own-…`. */
  readonly provider: string;
  /** In the provider's own words; empty where none are named. */
  readonly scopes: readonly string[];
  /** Whether a call that uses it fails without it. */
  readonly required: boolean;
  /** The author's words; null without any. */
  readonly description: string | null;
}

/** The member of a tool's `_meta` that names the connections it uses. */
const USES_META_KEY = 'patchbay/uses';

/**
 * The connections that a stored manifest declares, by name. Manifests from before connections had names declare at most
 * one, in `auth`. Tolerant: an entry of another shape counts as absent.
 */
export function declaredConnections(manifest: JsonObject): DeclaredConnection[] {
  const declared = objectAt(manifest, 'connections');
  if (declared) return Object.entries(declared).flatMap(([name, entry]) => readEntry(name, entry));
  const auth = objectAt(manifest, 'auth');
  const provider = own(auth, 'type') === 'oauth2' ? stringAt(auth, 'provider') : undefined;
  return provider === undefined ? [] : readEntry(provider, { provider, scopes: own(auth, 'scopes') ?? [] });
}

/**
 * The declared connections that one call may use, each with the scopes that it needs: those that the tool names, or all.
 *
 * @param tool null for a call of no tool
 */
export function connectionsOfCall(
  declared: readonly DeclaredConnection[],
  tool: JsonObject | null,
): readonly DeclaredConnection[] {
  const uses = tool === null ? undefined : objectAt(objectAt(tool, '_meta'), USES_META_KEY);
  if (uses === undefined) return declared;
  return declared.flatMap((connection) => {
    const use = objectAt(uses, connection.name);
    if (use === undefined) return [];
    const scopes = textsAt(use, 'scopes')?.filter((scope) => connection.scopes.includes(scope));
    return [{ ...connection, scopes: scopes ?? connection.scopes }];
  });
}

function readEntry(name: string, entry: unknown): DeclaredConnection[] {
  if (!isJsonObject(entry)) return [];
  const provider = stringAt(entry, 'provider');
  if (provider === undefined) return [];
  return [
    {
      name,
      provider,
      scopes: textsAt(entry, 'scopes') ?? [],
      required: own(entry, 'required') !== false,
      description: stringAt(entry, 'description') ?? null,
    },
  ];
}

function textsAt(object: JsonObject, key: string): string[] | undefined {
  const value = own(object, key);
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : undefined;
}
