/** What may happen with a call, mildest first: the order is the meaning of "stricter". */
export const EFFECTS = ['always_allow', 'needs_approval', 'blocked'] as const;
export type Effect = (typeof EFFECTS)[number];

/** One rule of an organization: these tools, for these roles, with this effect. */
export interface ToolPolicy {
  readonly id: string;
  /** Tool names; `*` stands for any run of characters. Linear to match, whatever is written. */
  readonly tool: string;
  /** Connector slug, same form. */
  readonly connector: string;
  /** Roles it applies to; empty means everybody. */
  readonly roles: readonly string[];
  readonly effect: Effect;
}

/** An organization's policies as they stand. */
export interface PolicySet {
  /** Grows with every change: whatever was decided or shown under an earlier one is decided and shown anew. */
  readonly revision: number;
  readonly policies: readonly ToolPolicy[];
}

/** Of an organization that has written none. */
export const NO_POLICIES: PolicySet = { revision: 0, policies: [] };

/** What a tool says about itself. Absent means unknown, and unknown counts as the worst. */
export interface ToolAnnotations {
  readonly readOnlyHint?: boolean | undefined;
  readonly destructiveHint?: boolean | undefined;
}

export interface PolicyQuestion {
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
