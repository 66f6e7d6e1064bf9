/**
 * The calls in flight in one sandbox, as its proxy knows them: whether a request belongs to a call that may write, and
 * which credential it is sent with. Connector code holds a token and references: 128 random bits each, issued for one
 * invocation of one sandbox, known to that sandbox's proxy alone, revoked before the invocation's answer is sent.
 */
import { randomBytes } from 'node:crypto';
import { AppError } from '@patchbay/foundation';
import { matchHost } from '@patchbay/providers/decisions';
import type { EgressViolation, ProviderRules } from '@patchbay/sandbox-protocol';
import type { CallConnection, CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import { covers, hostName } from '../addresses/match-destination.ts';
import { canonicalPath } from './canonical-path.ts';

/** One call, as far as its requests are concerned. */
export interface EgressCall {
  readonly effect: 'read' | 'write';
  onViolation(violation: EgressViolation): void;
  /** A new value for a credential that its provider refused; null where there is none. */
  refresh(grant: CredentialGrant): Promise<CredentialGrant | null>;
}

/** A credential as long as its call lasts. */
export interface CredentialLease {
  readonly grant: CredentialGrant;
  /** Aborted with the reference: what was opened with it ends. */
  readonly ended: AbortSignal;
}

export interface EnteredCall {
  /** By which its requests are known. */
  readonly token: string;
  readonly connections: readonly CallConnection[];
  leave(): void;
}

/** The effect that a request may have, and the calls that it can come from. */
export interface RequestAuthority {
  readonly effect: 'read' | 'write';
  readonly calls: readonly EgressCall[];
}

interface Issued {
  readonly call: EgressCall;
  /** Ends the connections that were opened with it. */
  readonly end: AbortController;
  grant: CredentialGrant;
  /** The refresh that is under way, so that parallel answers cause one. */
  refreshing: Promise<boolean> | null;
}

export class SandboxCalls {
  readonly #inFlight = new Map<string, EgressCall>();
  readonly #issued = new Map<string, Issued>();
  #providers: readonly ProviderRules[] = [];

  /** The providers of the sandbox's owner: in force from before its code is loaded, for as long as it lives. */
  assign(providers: readonly ProviderRules[]): void {
    this.#providers = providers;
  }

  enter(call: EgressCall, grants: readonly CredentialGrant[]): EnteredCall {
    const token = randomBytes(16).toString('base64url');
    this.#inFlight.set(token, call);
    const issued = grants.map((grant) => [`cref_${randomBytes(16).toString('base64url')}`, grant] as const);
    for (const [reference, grant] of issued) {
      this.#issued.set(reference, { call, grant, refreshing: null, end: new AbortController() });
    }
    return {
      token,
      connections: issued.map(([reference, grant]) => ({
        name: grant.name,
        account: grant.account,
        hosts: this.#hostsOf(grant),
        reference,
        isDefault: grant.isDefault,
      })),
      leave: () => {
        this.#inFlight.delete(token);
        for (const [reference] of issued) {
          this.#issued.get(reference)?.end.abort();
          this.#issued.delete(reference);
        }
      },
    };
  }

  /**
   * The effect that a request is held to: its call's, or the strictest in flight where it names none. After its call, and
   * while none is in flight, it may only read.
   */
  authorityOf(token: string | undefined): RequestAuthority {
    const named = token === undefined ? undefined : this.#inFlight.get(token);
    if (named) return { effect: named.effect, calls: [named] };
    if (token !== undefined) return { effect: 'read', calls: [] };
    const calls = [...this.#inFlight.values()];
    const reads = calls.filter(({ effect }) => effect === 'read');
    const isRead = calls.length === 0 || reads.length > 0;
    return isRead ? { effect: 'read', calls: reads } : { effect: 'write', calls };
  }

  /** The provider whose host it is, whether or not a call has a credential for it. */
  providerOf(host: string): ProviderRules | undefined {
    return this.#providers.find((provider) => matchHost(provider, hostName(host)).matches);
  }

  /** The credential for a connection that lasts. @throws AppError `egress.credential_refused` */
  lease(reference: string): CredentialLease {
    const found = this.#issued.get(reference);
    if (!found) throw refused('the reference is not valid now, or not for this sandbox');
    return { grant: found.grant, ended: found.end.signal };
  }

  /** The credential for one request. @throws AppError `egress.credential_refused` with the word that is missing */
  grantFor(reference: string, url: URL): CredentialGrant {
    const found = this.#issued.get(reference);
    if (!found) throw refused('the reference is not valid now, or not for this sandbox');
    if (url.protocol !== 'https:') throw refused('a credential is never sent over http');
    const { grant } = found;
    const host = hostName(url.hostname);
    const provider = this.#providers.find(({ id }) => id === grant.provider);
    const match = provider && matchHost(provider, host);
    if (!provider || !match?.matches) throw refused(`${host} is not a host of its provider`);
    if (grant.connectionHost === null ? match.customer !== null : grant.connectionHost.toLowerCase() !== host) {
      throw refused(`${host} is not the host this connection was made for`);
    }
    const { organizationHosts } = grant;
    if (organizationHosts && !organizationHosts.some((pattern) => covers(pattern.toLowerCase(), host))) {
      throw refused(`the organization’s egress policy does not allow ${host}`);
    }
    const path = canonicalPath(url.pathname);
    if (path === null) throw refused('the path cannot be read');
    if (provider.tokenPaths.some((tokenPath) => path === tokenPath || path.startsWith(`${tokenPath}/`))) {
      throw refused('this path answers tokens');
    }
    return grant;
  }

  /** Replaces a value that its provider refused, once for all requests that saw it. Answers whether there is a new one. */
  refresh(reference: string, refusedRevision: number): Promise<boolean> {
    const found = this.#issued.get(reference);
    if (!found) return Promise.resolve(false);
    if (found.grant.revision > refusedRevision) return Promise.resolve(true);
    found.refreshing ??= found.call
      .refresh(found.grant)
      .then((fresh) => {
        if (fresh && fresh.id === found.grant.id) found.grant = { ...found.grant, ...fresh, name: found.grant.name };
        return fresh !== null;
      })
      .catch(() => false)
      .finally(() => {
        found.refreshing = null;
      });
    return found.refreshing;
  }

  #hostsOf({ provider, connectionHost }: CredentialGrant): readonly string[] {
    if (connectionHost !== null) return [connectionHost.toLowerCase()];
    return this.#providers.find(({ id }) => id === provider)?.credentialHosts ?? [];
  }
}

function refused(reason: string): AppError {
  return new AppError('egress.credential_refused', { detail: `No credential was sent: ${reason}.` });
}
