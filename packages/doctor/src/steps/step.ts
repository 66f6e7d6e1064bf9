import type { AuthorizationServer } from 'oauth4webapi';
import type { Found } from '../rules/index.ts';
import type { Wire } from '../wire/wire.ts';

/** The sequence, in its order: what each step is called in a report. */
export const STEPS = {
  reach: 'The URL answers',
  challenge: 'Without a token it asks for one',
  resource: 'The protected-resource document',
  server: 'The metadata of the authorization server',
  register: 'The client becomes known',
  authorize: 'A person signs in and allows it',
  token: 'The code becomes a token',
  refresh: 'The token is refreshed, from two sides',
  discover: 'server/discover (2026-07-28)',
  initialize: 'initialize (2025-11-25)',
  lists: 'Tools, prompts and resources are listed',
  call: 'A tool is called',
  session: 'The session ends as it should',
  cors: 'Pages of other origins may read and ask',
  directory: 'Ready for the directory of Claude',
} as const;
export type StepId = keyof typeof STEPS;

/** How a client becomes known; `open`: the server has no sign-in. */
export const WAYS = {
  cimd: 'metadata document (CIMD)',
  dcr: 'registration (DCR)',
  'dcr-confidential': 'registration with a secret',
  static: 'client id by hand',
  open: 'without sign-in',
} as const;
export type Way = keyof typeof WAYS;

/** How long clients wait. Milliseconds. */
export interface Bounds {
  readonly discoveryMs: number;
  readonly tokenMs: number;
  readonly refreshMs: number;
  readonly initializeMs: number;
  readonly callMs: number;
}

export const CLAUDE_BOUNDS: Bounds = {
  discoveryMs: 10_000,
  tokenMs: 10_000,
  refreshMs: 30_000,
  initializeMs: 10_000,
  callMs: 60_000,
};

/** The context that every step gets. */
export interface Context {
  readonly wire: Wire;
  readonly url: URL;
  readonly bounds: Bounds;
  /** Waits, for what must not come sooner. */
  readonly pause: (ms: number) => Promise<void>;
}

/** Signs in and allows what is asked, where the client is sent back to. */
export interface Person {
  /** A loopback address at which the person's browser is awaited. */
  readonly redirectUri: string;
  /** @returns the URL the browser was sent back to; null when no sign-in was completed */
  signIn(authorizeUrl: URL): Promise<URL | null>;
}

/** The result of a step. Without a value the steps that need it are not reached. */
export interface Outcome<T> {
  readonly findings: readonly Found[];
  readonly value: T | null;
  /** Why there is neither a value nor a finding: it is not offered, or was not tried. */
  readonly skipped?: { readonly as: 'not_offered' | 'not_tried'; readonly because: string };
}

export const notOffered = (because: string) =>
  ({ findings: [], value: null, skipped: { as: 'not_offered', because } }) as const;
export const notTried = (because: string) =>
  ({ findings: [], value: null, skipped: { as: 'not_tried', because } }) as const;

/** The members of metadata that decide something here; all unverified. @see RFC 8414 §2 */
export type ServerMetadata = AuthorizationServer & {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
};

/** The fact of the protected resource that the sign-in needs. */
export interface ProtectedResource {
  readonly resource: string;
  readonly issuer: string;
  readonly scope: string | null;
}
