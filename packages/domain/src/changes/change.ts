/** Effects of one kind of change: what it can end, add or make outdated. The change's id is the subject's. */
interface ChangeRule {
  /** Whether cached values depend on it. Must be true of what ends or outdates anything: renewals read through caches. */
  readonly cached: boolean;
  /** Open streams of the admin API that it can end. */
  readonly admin: 'organization' | 'person' | 'api_key' | null;
  /** Access behind an MCP URL that it can end or change; `organization_url` only at the organization's own URL. */
  readonly mcp: 'organization' | 'organization_url' | 'connector' | 'person' | 'credential' | null;
  /** Sandboxes that it can make outdated. */
  readonly sandboxes: 'organization' | 'connector' | null;
  /** Whether it can add an API key to those that exist. */
  readonly newKey: boolean;
}

/**
 * Every effect of a kind of change in one line: a new kind has to declare them. A notification carries the kind and the
 * id, nothing else.
 */
export const CHANGE_RULES = {
  organization: { cached: true, admin: 'organization', mcp: 'organization', sandboxes: 'organization', newKey: false },
  connector: { cached: true, admin: null, mcp: 'connector', sandboxes: 'connector', newKey: false },
  version: { cached: true, admin: null, mcp: null, sandboxes: null, newKey: false },
  api_key: { cached: true, admin: 'api_key', mcp: 'credential', sandboxes: null, newKey: true },
  grant: { cached: true, admin: null, mcp: 'credential', sandboxes: null, newKey: false },
  person: { cached: true, admin: 'person', mcp: 'person', sandboxes: null, newKey: false },
  audit_event: { cached: false, admin: null, mcp: null, sandboxes: null, newKey: false },
  /** Limits that the operator granted an organization; the id is the organization's. */
  limits: { cached: true, admin: null, mcp: null, sandboxes: null, newKey: false },
  /** The policies of an organization; the id is the organization's. */
  policies: { cached: true, admin: null, mcp: 'organization', sandboxes: null, newKey: false },
  /** A link of a person, or of the organization, to an account at a provider; whose it is, is in its row. */
  connection: { cached: true, admin: null, mcp: null, sandboxes: null, newKey: false },
  /** The contents of the organization's own URL; the id is the organization's. */
  joined_names: { cached: true, admin: null, mcp: 'organization_url', sandboxes: null, newKey: false },
} as const satisfies Record<string, ChangeRule>;

export type ChangeKind = keyof typeof CHANGE_RULES;

// The keys of a literal are exactly its type's.
export const CHANGE_KINDS = Object.keys(CHANGE_RULES) as readonly ChangeKind[];

export interface Change {
  readonly kind: ChangeKind;
  readonly id: string;
}
