import type { ConnectSubject } from './subject.ts';

/** One instruction. `copy` is the text to take along. */
export interface Step {
  readonly text: string;
  readonly copy?: string;
}

/** How a client is given a connector, as its vendor documents it. */
export interface ClientGuide {
  readonly name: string;
  /** Which forms of the client it is for. */
  readonly hint: string;
  /** The vendor's page, and the day on which the steps were last compared with it: clients change. */
  readonly source: { readonly url: string; readonly comparedOn: string };
  /** Why this client cannot use the connector; it has no steps then. */
  readonly obstacle: string | null;
  /** A link that does the first steps. */
  readonly link: { readonly href: string; readonly label: string } | null;
  readonly steps: readonly Step[];
}

/** The variable that configurations name for an API key. */
export const KEY_VARIABLE = 'PATCHBAY_API_KEY';

/** Follows in every client once it knows a URL that asks for a sign-in. */
export const SIGN_IN = 'A page of this installation opens: sign in there, and choose what the client may do.';

/** The header of a configuration, where the connector accepts API keys alone. */
export function keyHeader({ authMode }: ConnectSubject, key: string): { headers?: Record<string, string> } {
  return authMode === 'api_key' ? { headers: { Authorization: `Bearer ${key}` } } : {};
}

export function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
