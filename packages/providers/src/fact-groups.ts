/**
 * Which facts of a provider are verified, and by which page. A group counts as verified when every member of it was read in
 * a page of the provider; single members can be taken out. A group that is neither is a fault of the file, so that nothing
 * is believed by omission.
 */

/** Groups of facts, each with the members of a file that belong to it. */
export const FACTS = {
  endpoints: ['authorization', 'token', 'refresh', 'revocation', 'introspection', 'userinfo'],
  client: ['pkce', 'clientAuthentication', 'authorizationParameters', 'quirks'],
  scopes: ['scopes', 'scopeSeparator'],
  refresh: ['issued', 'rotates', 'graceSeconds', 'idleDays', 'absoluteDays', 'accessTokenSeconds'],
  revocation: ['style', 'takes'],
  key: ['placement', 'madeAt', 'secretPrefixes'],
  requests: ['credentialHosts', 'perCustomerHost', 'tokenEchoPaths', 'readRequests', 'authPlaces'],
  account: ['request', 'id', 'label'],
} as const;

export type FactGroup = keyof typeof FACTS;

export const FACT_GROUPS = Object.keys(FACTS) as [FactGroup, ...FactGroup[]]; // keys of the object above

/** `refresh`, or `refresh.idleDays`. */
export const UNVERIFIED_PATH = /^[a-z]+(?:\.[A-Za-z]+)?$/;

/** The members that facts are counted by, as far as a group needs them. */
export interface WithFacts {
  readonly oauth?: unknown;
  readonly key?: unknown;
  readonly sources: Readonly<Record<string, unknown>>;
  readonly verified: { readonly [group in FactGroup]?: readonly string[] };
  readonly unverified: readonly string[];
}

/** The groups that a file of this kind has to account for. */
export function expectedGroups(provider: WithFacts): readonly FactGroup[] {
  const ofOauth: readonly FactGroup[] = ['endpoints', 'client', 'scopes', 'refresh', 'revocation'];
  return FACT_GROUPS.filter((group) => {
    if (ofOauth.includes(group)) return provider.oauth !== undefined;
    return group !== 'key' || provider.key !== undefined;
  });
}

/** Problems of a file's own account of its facts, as sentences; none when it is complete. */
export function checkFacts(provider: WithFacts): string[] {
  const problems: string[] = [];
  const expected = expectedGroups(provider);
  const whole = new Set(provider.unverified.filter((path) => !path.includes('.')));
  for (const group of FACT_GROUPS) {
    const isVerified = provider.verified[group] !== undefined;
    if (!expected.includes(group)) {
      if (isVerified || whole.has(group)) problems.push(`${group} does not apply to this provider`);
    } else if (isVerified === whole.has(group)) {
      problems.push(`${group} is either verified, with its sources, or unverified`);
    }
  }
  for (const path of provider.unverified) {
    const [group = '', member] = path.split('.');
    const members: readonly string[] | undefined = Object.hasOwn(FACTS, group) ? FACTS[group as FactGroup] : undefined; // its own key
    if (!members || (member !== undefined && !members.includes(member))) problems.push(`there is no fact ${path}`);
    else if (member !== undefined && whole.has(group)) problems.push(`${path} is within ${group}, which is unverified`);
  }
  const cited = new Set(Object.values(provider.verified).flat());
  for (const id of cited) if (!Object.hasOwn(provider.sources, id)) problems.push(`there is no source ${id}`);
  for (const id of Object.keys(provider.sources)) if (!cited.has(id)) problems.push(`source ${id} states nothing`);
  return problems;
}

/** The facts that no page was found for, as owners are shown them: `refresh`, `refresh.idleDays`. */
export function listUnverified(provider: WithFacts): readonly string[] {
  return [...provider.unverified].sort();
}

/** Whether a fact may be shown without "unverified" beside it. */
export function isVerified(provider: WithFacts, group: FactGroup, member?: string): boolean {
  if (provider.verified[group] === undefined) return false;
  return member === undefined || !provider.unverified.includes(`${group}.${member}`);
}
