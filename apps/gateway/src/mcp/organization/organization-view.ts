import type { Endpoint } from '@patchbay/domain/endpoints';
import { type JoinedEntry, type JsonObject, joinedNames, joinName, type ManifestView, stringAt } from '@patchbay/mcp';
import type { Principal } from '../principal.ts';

/** One connector the caller may use, under its own rules. */
export interface Member {
  readonly slug: string;
  readonly endpoint: Endpoint;
  readonly principal: Principal;
  readonly manifest: ManifestView;
  /** The tools no policy keeps from the caller. */
  readonly tools: readonly JsonObject[];
}

/** Everything one caller may use at the organization's own URL, and which connector each part belongs to. */
export interface OrganizationView {
  readonly manifest: ManifestView;
  findTool(joined: string): JoinedEntry<Member> | undefined;
  findPrompt(joined: string): JoinedEntry<Member> | undefined;
  /** The connector a resource is read from, or undefined when none or more than one could be meant. */
  findResource(uri: string): Member | undefined;
}

export function viewOrganization(slug: string, members: readonly Member[]): OrganizationView {
  const tools = joinedNames(
    members.flatMap((connector) => connector.tools.map((tool) => ({ connector, name: nameOf(tool) }))),
  );
  const prompts = joinedNames(
    members.flatMap((connector) => connector.manifest.prompts.map((prompt) => ({ connector, name: nameOf(prompt) }))),
  );
  const resources = onlyOwners(members, ({ manifest }) =>
    manifest.resources.map((entry) => stringAt(entry, 'uri') ?? ''),
  );
  const templates = onlyOwners(members, ({ manifest }) =>
    manifest.resourceTemplates.map((entry) => stringAt(entry, 'uriTemplate') ?? ''),
  );
  return {
    manifest: {
      server: { name: slug, version: '1', title: slug },
      instructions: `Tools of ${members.length} connectors of ${slug}. A name is the connector's, two underscores, the tool's.`,
      tools: renamed(members, ({ tools: own }) => own, tools),
      prompts: renamed(members, ({ manifest }) => manifest.prompts, prompts),
      resources: ownedBy(members, ({ manifest }) => manifest.resources, 'uri', resources),
      resourceTemplates: ownedBy(members, ({ manifest }) => manifest.resourceTemplates, 'uriTemplate', templates),
      completions: members.some(({ manifest }) => manifest.completions),
      resourceUpdates: false,
      dynamic: false,
    },
    findTool: (joined) => tools.get(joined),
    findPrompt: (joined) => prompts.get(joined),
    findResource(uri) {
      const listed = resources.get(uri) ?? templates.get(uri);
      if (listed) return listed;
      // A template is a tenant's pattern and is not matched here (security S21); its fixed beginning is text.
      const matching = [...templates].filter(([template]) => beginsLike(uri, template)).map(([, member]) => member);
      const owners = new Set(matching);
      return owners.size === 1 ? matching[0] : undefined;
    },
  };
}

/** Key → its connector, for keys that exactly one connector has: nobody can put himself in front of another. */
function onlyOwners(members: readonly Member[], keysOf: (member: Member) => readonly string[]): Map<string, Member> {
  const owners = new Map<string, Member>();
  const shared = new Set<string>();
  for (const member of members) {
    for (const key of new Set(keysOf(member))) {
      if (owners.has(key)) shared.add(key);
      owners.set(key, member);
    }
  }
  for (const key of shared) owners.delete(key);
  return owners;
}

function renamed(
  members: readonly Member[],
  entriesOf: (member: Member) => readonly JsonObject[],
  table: ReadonlyMap<string, unknown>,
): JsonObject[] {
  return members.flatMap((member) =>
    entriesOf(member)
      .map((entry) => ({ ...entry, name: joinName(member.slug, nameOf(entry)) }))
      .filter(({ name }) => table.has(name)),
  );
}

function ownedBy(
  members: readonly Member[],
  entriesOf: (member: Member) => readonly JsonObject[],
  key: 'uri' | 'uriTemplate',
  owners: ReadonlyMap<string, Member>,
): JsonObject[] {
  return members.flatMap((member) =>
    entriesOf(member).filter((entry) => owners.get(stringAt(entry, key) ?? '') === member),
  );
}

function beginsLike(uri: string, template: string): boolean {
  const brace = template.indexOf('{');
  return brace > 0 && uri.startsWith(template.slice(0, brace));
}

function nameOf(entry: JsonObject): string {
  return stringAt(entry, 'name') ?? '';
}
