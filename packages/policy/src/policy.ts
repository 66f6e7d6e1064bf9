/** The effects on a call, mildest first: the order defines "stricter". */
export const EFFECTS = ['always_allow', 'needs_approval', 'blocked'] as const;
export type Effect = (typeof EFFECTS)[number];

/** How much the one effect is stricter than the other: negative when it is milder, 0 when they are the same. */
export function strictness(one: Effect, other: Effect): number {
  return EFFECTS.indexOf(one) - EFFECTS.indexOf(other);
}

/** The kinds of tools, from their annotations. An interactive tool has a page of its own, and one of the other kinds too. */
export const TOOL_KINDS = ['read', 'write', 'destructive', 'interactive'] as const;
export type ToolKind = (typeof TOOL_KINDS)[number];

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A value that an argument is compared with. */
export type Scalar = string | number | boolean | null;

/**
 * One argument of the call. Holds for a value that fulfils every given part. A value that is absent, or of another type
 * than it is compared with, is unknown: see `ToolPolicy`.
 */
export interface ArgumentCondition {
  /** JSON Pointer into the arguments, "/amount". @see RFC 6901 */
  readonly path: string;
  readonly equals?: Scalar | undefined;
  readonly oneOf?: readonly Scalar[] | undefined;
  readonly prefix?: string | undefined;
  /** Both ends belong to the range. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** True: an absent argument does not match. */
  readonly ignoreAbsent?: boolean | undefined;
}

/** Hours of days of the week. A window that ends before it begins ends on the next day. */
export interface TimeWindow {
  readonly days: readonly Weekday[];
  /** "09:00", the first minute within. */
  readonly from: string;
  /** "17:30", the first minute after it; "24:00" is the end of the day. */
  readonly to: string;
  /** IANA name of a time zone, "Europe/Berlin". */
  readonly zone: string;
}

/** The calls a policy is for. Every given condition must hold; one that is absent always does. None lists nothing. */
export interface PolicyConditions {
  /** Slugs of connectors; `*` matches any run of characters. */
  readonly connectors?: readonly string[] | undefined;
  /** Names of tools, same form. */
  readonly tools?: readonly string[] | undefined;
  readonly kinds?: readonly ToolKind[] | undefined;
  readonly roles?: readonly string[] | undefined;
  /** Ids. Holds for members of one of them. */
  readonly groups?: readonly string[] | undefined;
  /** Ids. Holds for callers in none of them. */
  readonly exceptGroups?: readonly string[] | undefined;
  /** Ids of people and service accounts. */
  readonly callers?: readonly string[] | undefined;
  /** Ids of OAuth clients; `*` matches any run of characters. Callers with an API key have none. */
  readonly clients?: readonly string[] | undefined;
  readonly arguments?: readonly ArgumentCondition[] | undefined;
  readonly window?: TimeWindow | undefined;
}

/**
 * One rule of an organization: this effect on these calls. A fact that is unknown of a call, such as an argument that
 * was not recorded, counts against the caller: it lets a policy that holds or blocks match, and one that allows not.
 */
export interface ToolPolicy {
  readonly id: string;
  readonly name: string;
  readonly effect: Effect;
  readonly when: PolicyConditions;
}

/** The annotations of a tool. Absent means unknown, and unknown counts as the worst. */
export interface ToolAnnotations {
  readonly readOnlyHint?: boolean | undefined;
  readonly destructiveHint?: boolean | undefined;
}

/** One call, as far as rulings depend on it. */
export interface PolicyInput {
  /** Slug. */
  readonly connector: string;
  readonly tool: string;
  readonly annotations: ToolAnnotations;
  /** Whether the tool has a page of its own. */
  readonly interactive: boolean;
  /** Id of the person or service account; null for an anonymous caller. */
  readonly caller: string | null;
  readonly roles: readonly string[];
  /** Ids; null when they are not known. */
  readonly groups: readonly string[] | null;
  /** Id of the OAuth client; null without one. */
  readonly client: string | null;
  /** Null when they are not known: a list of tools asks before there are any, and a record does not keep them. */
  readonly arguments: Readonly<Record<string, unknown>> | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The effect and why. `because` is a policy's id or `annotations`; `reason` is a text for people and models. */
export interface Ruling {
  readonly effect: Effect;
  readonly because: string;
  readonly reason: string;
}
