/**
 * Maps credentials to requests. Connector code holds a reference: 128 random bits, issued for one invocation of one
 * sandbox, known to that sandbox's proxy alone, revoked before the invocation's answer is sent.
 */
import { randomBytes } from 'node:crypto';
import { AppError } from '@patchbay/foundation';
import type { CallConnection, CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import { covers } from '../addresses/match-destination.ts';

/** A credential as long as its invocation lasts. */
export interface CredentialLease {
  readonly grant: CredentialGrant;
  /** Aborted with the reference: what was opened with it ends. */
  readonly ended: AbortSignal;
}

export interface IssuedReferences {
  /** The accounts with their references, as the connector gets them. */
  readonly connections: readonly CallConnection[];
  revoke(): void;
}

/** The references of one sandbox. */
export class CredentialReferences {
  readonly #grants = new Map<string, CredentialGrant>();
  /** Reference → what ends the connections that were opened with it. */
  readonly #ends = new Map<string, AbortController>();
  /** Stays for the life of the sandbox: between two invocations the host still belongs to an account. */
  readonly #credentialHosts = new Set<string>();

  issue(grants: readonly CredentialGrant[]): IssuedReferences {
    const issued = grants.map((grant) => [grant.name, `cref_${randomBytes(16).toString('base64url')}`, grant] as const);
    for (const [, reference, grant] of issued) {
      this.#grants.set(reference, grant);
      for (const host of grant.providerHosts) this.#credentialHosts.add(host.toLowerCase());
    }
    return {
      connections: issued.map(([name, reference, grant]) => ({
        name,
        account: grant.account,
        hosts: grant.connectionHost === null ? exactHosts(grant) : [grant.connectionHost.toLowerCase()],
        reference,
        isDefault: grant.isDefault,
      })),
      revoke: () => {
        for (const [, reference] of issued) {
          this.#grants.delete(reference);
          this.#ends.get(reference)?.abort();
          this.#ends.delete(reference);
        }
      },
    };
  }

  /** Whether the host belongs to a provider whose credentials this sandbox is given. */
  isCredentialHost(host: string): boolean {
    return [...this.#credentialHosts].some((pattern) => covers(pattern, host));
  }

  /** The credential for a connection that lasts. @throws AppError `egress.credential_refused` */
  lease(reference: string): CredentialLease {
    const grant = this.#grants.get(reference);
    if (!grant) throw refused('the reference is not valid now, or not for this sandbox');
    const end = this.#ends.get(reference) ?? new AbortController();
    this.#ends.set(reference, end);
    return { grant, ended: end.signal };
  }

  /** The credential for one request. @throws AppError `egress.credential_refused` with the word that is missing */
  grantFor(reference: string, url: URL): CredentialGrant {
    const grant = this.#grants.get(reference);
    if (!grant) throw refused('the reference is not valid now, or not for this sandbox');
    if (url.protocol !== 'https:') throw refused('a credential is never sent over http');
    const host = url.hostname.toLowerCase();
    const isFixed = grant.providerHosts.some((pattern) => pattern.toLowerCase() === host);
    if (!isFixed && !grant.providerHosts.some((pattern) => covers(pattern.toLowerCase(), host))) {
      throw refused(`${host} is not a host of its provider`);
    }
    if (grant.connectionHost === null ? !isFixed : grant.connectionHost.toLowerCase() !== host) {
      throw refused(`${host} is not the host this connection was made for`);
    }
    if (grant.organizationHosts && !grant.organizationHosts.some((pattern) => covers(pattern.toLowerCase(), host))) {
      throw refused(`the organization’s egress policy does not allow ${host}`);
    }
    const path = canonicalPath(url.pathname);
    if (grant.tokenPaths.some((tokenPath) => path === tokenPath || path.startsWith(`${tokenPath}/`))) {
      throw refused('this path answers tokens');
    }
    return grant;
  }
}

const exactHosts = ({ providerHosts }: CredentialGrant) =>
  providerHosts.filter((host) => !host.startsWith('*.')).map((host) => host.toLowerCase());

/** Every spelling of a path as one: decoded until nothing changes, lower case, single slashes, none at the end. */
function canonicalPath(pathname: string): string {
  let path = pathname;
  for (let round = 0; round < 4; round++) {
    let decoded: string;
    try {
      decoded = decodeURIComponent(path);
    } catch {
      throw refused('the path cannot be read');
    }
    if (decoded === path) break;
    path = decoded;
  }
  const segments: string[] = [];
  for (const segment of path.toLowerCase().replaceAll('\\', '/').split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment.split(';')[0] ?? '');
  }
  return `/${segments.join('/')}`;
}

function refused(reason: string): AppError {
  return new AppError('egress.credential_refused', { detail: `No credential was sent: ${reason}.` });
}
