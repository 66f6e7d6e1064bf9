import type { OrganizationNames } from '@patchbay/domain/joined-names';
import { type JsonObject, joinName, type ManifestView, pageUriOf, stringAt, withinScopes } from '@patchbay/mcp';
import type { Access, ServedConnector } from '../context/access.ts';
import { isOverBudget } from './on-demand-tools.ts';

/** A connector with the tools no policy keeps from the caller. */
export interface VisibleConnector extends ServedConnector {
  readonly tools: readonly JsonObject[];
}

/** The target of one joined name. */
export interface NamedEntry {
  readonly connector: VisibleConnector;
  /** Its connector's own name for it. */
  readonly name: string;
}

/** Everything one caller may use at the organization's own URL, and which connector each part belongs to. */
export interface OrganizationView {
  /** Lists within the caller's scopes. A tool beyond them is found by its name, and refused as such. */
  readonly manifest: ManifestView;
  /** Whether there are so many tools that a client finds and calls them by two. */
  readonly isOnDemand: boolean;
  findTool(joined: string): NamedEntry | undefined;
  findPrompt(joined: string): NamedEntry | undefined;
  /** The connectors this URI could be read from. Only one where the record or a template decides. */
  findOwners(uri: string): readonly VisibleConnector[];
}

/** The access at the URL of a whole organization. */
export interface OrganizationAccess extends Access {
  readonly view: OrganizationView;
}

/** `recorded`: the organization's table, of which a caller sees what their connectors have. */
export function viewOrganization(
  slug: string,
  connectors: readonly VisibleConnector[],
  recorded: OrganizationNames,
): OrganizationView {
  const tools = namedEntries(connectors, recorded, { kind: 'tool', entriesOf: ({ tools: own }) => own });
  const prompts = namedEntries(connectors, recorded, { kind: 'prompt', entriesOf: ({ manifest }) => manifest.prompts });
  const resources = ownedEntries(connectors, recorded, {
    isTemplate: false,
    entriesOf: ({ manifest }) => manifest.resources,
  });
  const templates = ownedEntries(connectors, recorded, {
    isTemplate: true,
    entriesOf: ({ manifest }) => manifest.resourceTemplates,
  });
  const all: ManifestView = {
    ...describe(slug, connectors),
    tools: shown(tools),
    prompts: shown(prompts),
    resources: shown(resources),
    resourceTemplates: shown(templates),
  };
  // One caller has the same scopes for all of them.
  const manifest = withinScopes(all, connectors[0]?.principal.scopes ?? 'all');
  return {
    isOnDemand: isOverBudget(manifest.tools),
    manifest,
    findTool: (joined) => tools.get(joined),
    findPrompt: (joined) => prompts.get(joined),
    findOwners(uri) {
      const listed = resources.get(uri) ?? templates.get(uri);
      if (listed) return [listed.connector];
      // A page need not be listed: a caller who may use the tool may read it.
      const showing = connectors.filter(({ tools: own }) => own.some((tool) => pageUriOf(tool) === uri));
      if (showing.length > 0) return showing;
      // A template is a tenant's pattern and is not matched here; its fixed beginning is text.
      const matching = [...templates].filter(([template]) => beginsLike(uri, template));
      return [...new Set(matching.map(([, { connector }]) => connector))];
    },
  };
}

/** All of the manifest but its lists. */
function describe(slug: string, connectors: readonly VisibleConnector[]) {
  return {
    server: { name: slug, version: '1', title: slug },
    instructions: `Tools of ${connectors.length} connectors of ${slug}. A name is the connector's, two underscores, the tool's.`,
    declared: [],
    completions: connectors.some(({ manifest }) => manifest.completions),
    resourceUpdates: connectors.some(({ manifest }) => manifest.resourceUpdates),
    dynamic: false,
    scopes: {},
    linkHosts: [],
    connections: [],
  };
}

interface Shown extends NamedEntry {
  readonly entry: JsonObject;
}

function shown(entries: ReadonlyMap<string, Shown>): JsonObject[] {
  return [...entries.values()].map(({ entry }) => entry);
}

interface NamedPart {
  readonly kind: 'tool' | 'prompt';
  entriesOf(connector: VisibleConnector): readonly JsonObject[];
}

/** By joined name, in the order of connectors and of their own lists. */
function namedEntries(
  connectors: readonly VisibleConnector[],
  { names }: OrganizationNames,
  { kind, entriesOf }: NamedPart,
): Map<string, Shown> {
  const ofKind = names.filter((row) => row.kind === kind);
  const recorded = new Map(ofKind.map(({ connectorId, name, joined }) => [`${connectorId} ${name}`, joined]));
  const isRecorded = new Set(ofKind.map(({ joined }) => joined));
  const found = new Map<string, Shown>();
  for (const connector of connectors) {
    const { connectorId, connectorSlug } = connector.endpoint;
    for (const entry of entriesOf(connector)) {
      const name = stringAt(entry, 'name') ?? '';
      const own = recorded.get(`${connectorId} ${name}`);
      // Tools added at runtime are in no record yet, and never replace a recorded one.
      const joined = own ?? (connector.manifest.dynamic ? joinName(connectorSlug, name) : undefined);
      if (joined === undefined || (own === undefined && (isRecorded.has(joined) || found.has(joined)))) continue;
      found.set(joined, { connector, name, entry: { ...entry, name: joined } });
    }
  }
  return found;
}

interface OwnedPart {
  readonly isTemplate: boolean;
  entriesOf(connector: VisibleConnector): readonly JsonObject[];
}

/** By URI: the oldest claim among the connectors the caller may use. */
function ownedEntries(
  connectors: readonly VisibleConnector[],
  { claims }: OrganizationNames,
  { isTemplate, entriesOf }: OwnedPart,
): Map<string, Shown> {
  const key = isTemplate ? 'uriTemplate' : 'uri';
  const visible = new Map(connectors.map((connector) => [connector.endpoint.connectorId, connector]));
  const owners = new Map<string, VisibleConnector>();
  for (const claim of claims) {
    const connector = visible.get(claim.connectorId);
    if (claim.isTemplate === isTemplate && connector && !owners.has(claim.uri)) owners.set(claim.uri, connector);
  }
  const found = new Map<string, Shown>();
  for (const connector of connectors) {
    for (const entry of entriesOf(connector)) {
      const uri = stringAt(entry, key) ?? '';
      const isNew = connector.manifest.dynamic && !owners.has(uri) && !found.has(uri);
      if (owners.get(uri) === connector || isNew) found.set(uri, { connector, name: uri, entry });
    }
  }
  return found;
}

function beginsLike(uri: string, template: string): boolean {
  const brace = template.indexOf('{');
  return brace > 0 && uri.startsWith(template.slice(0, brace));
}
