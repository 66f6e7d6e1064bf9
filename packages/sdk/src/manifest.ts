import type { ConnectorAuth, DeclaredConnection } from './connections.ts';

/** A host the connector may reach; everything else is refused by the egress proxy. */
export interface EgressRule {
  /** A host name, or `*.` and a domain for all its subdomains. */
  readonly host: string;
  /** Default 443. */
  readonly port: number;
  /** The connector speaks TLS itself (a database, a client certificate): bytes are passed on unread. */
  readonly tunnel?: boolean;
  /** A database: it narrows which databases the connector's connections may be. */
  readonly kind?: 'postgres';
  /** A host of a connection's provider may be asked without an account too. */
  readonly anonymous?: boolean;
  /** Requests that only read although their method does not show it. */
  readonly reads?: readonly ReadRequest[];
}

/** A request by method and path; `*` is one segment: `{ method: 'POST', path: '/v1/search' }`. */
export interface ReadRequest {
  readonly method: 'POST' | 'REPORT' | 'SEARCH';
  readonly path: string;
}

/** How egress is written: `'api.example.com'`, `'api.example.com:8443'` or a rule. */
export type EgressDeclaration =
  | string
  | {
      readonly host: string;
      readonly port?: number;
      readonly tunnel?: boolean;
      readonly kind?: 'postgres';
      readonly anonymous?: boolean;
      /** `'POST /v1/search'`; for hosts of no provider. Shown to the owner who activates the version. */
      readonly reads?: readonly string[];
    };

/** A secret of the connector, set by `patchbay secrets set NAME`. */
export interface SecretDeclaration {
  /** Where one gets it: shown when it is asked for. */
  readonly description: string;
  /** Default true: the deploy warns when it is not set. */
  readonly required?: boolean;
}

/** The connector's declarations beside its tools, resources and prompts. */
export interface ConnectorManifest {
  readonly name: string;
  readonly title: string | undefined;
  readonly version: string;
  readonly instructions: string | undefined;
  readonly egress: readonly EgressRule[];
  readonly auth: ConnectorAuth;
  /** Scope → what it allows, in words for the consent page. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Hosts of pages that its questions may send people to. */
  readonly linkHosts: readonly string[];
  /** Name → the account it works with. */
  readonly connections: Readonly<Record<string, DeclaredConnection>>;
  readonly secrets: Readonly<Record<string, SecretDeclaration>>;
  readonly dynamic: boolean;
}

const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** @throws TypeError that quotes what it cannot read */
export function readEgress(declaration: EgressDeclaration): EgressRule {
  const given = typeof declaration === 'string' ? splitHost(declaration) : declaration;
  const host = given.host.toLowerCase();
  const port = given.port ?? (given.kind === 'postgres' ? 5432 : 443);
  if (!HOST.test(host) || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new TypeError(
      `egress: ${JSON.stringify(declaration)} is not a host. Write 'api.example.com', '*.example.com' or 'api.example.com:8443', without https:// and path.`,
    );
  }
  if (given.kind !== undefined && (given.kind !== 'postgres' || given.tunnel === true)) {
    throw new TypeError(`egress: ${JSON.stringify(declaration)}: the only kind is 'postgres', and it is no tunnel.`);
  }
  return {
    host,
    port,
    ...(given.tunnel === true && { tunnel: true }),
    ...(given.kind === 'postgres' && { kind: 'postgres' }),
    ...(given.anonymous === true && { anonymous: true }),
    ...(given.reads && given.reads.length > 0 && { reads: given.reads.map((text) => readRequestOf(host, text)) }),
  };
}

/** A name with a dot whose last part is a word: no address, no wildcard, and in the form that is resolved. */
const LINK_HOST = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

/** @throws TypeError that quotes what it cannot read */
export function readLinkHost(declared: string): string {
  const host = declared.toLowerCase();
  if (LINK_HOST.test(host)) return host;
  throw new TypeError(
    `linkHosts: ${JSON.stringify(declared)} is not a host name. Write 'pay.example.com', without https:// and path.`,
  );
}

const READ_REQUEST = /^(POST|REPORT|SEARCH) ((?:\/(?:\*|[A-Za-z0-9._~:@$-]+))+)$/;

function readRequestOf(host: string, text: string): ReadRequest {
  const [, method, path] = READ_REQUEST.exec(text) ?? [];
  if (method === undefined || path === undefined) {
    throw new TypeError(
      `egress: ${JSON.stringify(text)} of ${host} is not a request that reads. Write 'POST /v1/search'; * is one segment of the path.`,
    );
  }
  return { method: method as ReadRequest['method'], path }; // the pattern allows no other
}

function splitHost(text: string): Exclude<EgressDeclaration, string> {
  const colon = text.indexOf(':');
  if (colon === -1) return { host: text };
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
