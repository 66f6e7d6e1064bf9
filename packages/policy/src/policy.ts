/** The effects on a call, mildest first: the order defines "stricter". */
export const EFFECTS = ['always_allow', 'needs_approval', 'blocked'] as const;
export type Effect = (typeof EFFECTS)[number];

/** One rule of an organization: these tools, for these roles, with this effect. */
export interface ToolPolicy {
  readonly id: string;
  /** Tool names; `*` matches any run of characters. Linear to match for every pattern. */
  readonly tool: string;
  /** Connector slug, same form. */
  readonly connector: string;
  /** Roles it applies to; empty means all. */
  readonly roles: readonly string[];
  readonly effect: Effect;
}

/** The current policies of an organization. */
export interface PolicySet {
  /** Grows with every change: decisions and previews of an earlier revision are made again. */
  readonly revision: number;
  readonly policies: readonly ToolPolicy[];
}

/** The policies of an organization that has written none. */
export const NO_POLICIES: PolicySet = { revision: 0, policies: [] };

/** The annotations of a tool. Absent means unknown, and unknown counts as the worst. */
export interface ToolAnnotations {
  readonly readOnlyHint?: boolean | undefined;
  readonly destructiveHint?: boolean | undefined;
}

export interface PolicyInput {
  readonly connector: string;
  readonly tool: string;
  readonly annotations: ToolAnnotations;
  readonly roles: readonly string[];
}

/** The effect and why. `because` is a policy's id or `annotations`; `reason` is a sentence for people. */
export interface Ruling {
  readonly effect: Effect;
  readonly because: string;
  readonly reason: string;
}
