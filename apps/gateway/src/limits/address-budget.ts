/**
 * Requests before authentication, counted by network, organization and kind: a flood of strangers is answered 429 at the
 * edge, without a query or a look into a body, and the budget that it uses up is that of the organization whose URLs it
 * floods. People who share a hosted client's addresses are kept apart by their credentials: a request whose credential
 * this process recognises is not counted at all, so the flood of others does not keep it out. A credential that was recognised
 * and then refused is counted for a while like a wrong one.
 *
 * Counted in this process, for this process: it protects the gateway, and a flood must not become one of Redis.
 */
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { AppError, type Clock } from '@patchbay/foundation';
import { ADDRESS_LIMITS, type AddressLimits, CLIENT_RANGES } from '@patchbay/foundation/limits';
import { LRUCache } from 'lru-cache';
import { addressPrefix } from './address-prefix.ts';
import { leaked, waitOf } from './gcra.ts';
import { HeldRefusals } from './held-refusals.ts';
import { type RequestKind, subjectOf } from './request-kind.ts';

/** How a request counted, for `settle`. */
export interface AddressCharge {
  readonly kind: RequestKind;
  readonly organization: string | null;
  /** Null: its credential was recognised, and it did not count. */
  readonly counted: { readonly key: string; readonly costMs: number; readonly hasCredential: boolean } | null;
  readonly credential: string | undefined;
}

export interface AddressBudgetOptions {
  readonly clock: Clock;
  readonly limits: AddressLimits;
  /** The text of the credential that a request carries; undefined without one. */
  credentialOf(headers: IncomingHttpHeaders): string | undefined;
  /** Whether the credential is one of ours, as far as this process knows from memory. */
  recognizes(headers: IncomingHttpHeaders): boolean | Promise<boolean>;
  /** Whether an organization of that name was served by this process. */
  knowsOrganization(slug: string): boolean;
  readonly onRefused?: (kind: RequestKind) => void;
}

const COST_OF_WRONG = ADDRESS_LIMITS.wrongCredentialCost.value;
const BURST_MS = ADDRESS_LIMITS.addressBurst.value * 1000;
const BUDGETS_MAX = 50_000;
const DISTRUSTED_MAX = 10_000;
const DISTRUSTED_MS = 60_000;
const IPV4_BITS = 24;
const IPV6_BITS = 48;

export class AddressBudget {
  readonly #options: AddressBudgetOptions;
  readonly #refusals: Pick<HeldRefusals, 'hold'>;
  readonly #backlogs = new LRUCache<string, { readonly ms: number; readonly atMs: number }>({ max: BUDGETS_MAX });
  /** Credentials that were recognised and refused, by hash, kind and organization. */
  readonly #distrusted = new LRUCache<string, true>({ max: DISTRUSTED_MAX, ttl: DISTRUSTED_MS });
  readonly #clientRanges = rangesOf(CLIENT_RANGES.map(({ network }) => network));

  constructor(options: AddressBudgetOptions, refusals: Pick<HeldRefusals, 'hold'> = new HeldRefusals()) {
    this.#options = options;
    this.#refusals = refusals;
  }

  /** Counts a request, unless its credential is recognised. @throws AppError `limits.requests` */
  async admit(target: string, headers: IncomingHttpHeaders, address: string): Promise<AddressCharge> {
    const { kind, organization } = subjectOf(target);
    const credential = this.#options.credentialOf(headers);
    const charge = { kind, organization, credential };
    if (credential !== undefined && (await this.#trusts(charge, headers))) return { ...charge, counted: null };
    const isKnown = organization === null || this.#options.knowsOrganization(organization);
    const key = `${addressPrefix(address, IPV4_BITS, IPV6_BITS)} ${kind} ${isKnown ? organization : '?'}`;
    const hasCredential = credential !== undefined;
    const costMs = (1000 / this.#rateOf({ kind, isKnown, address })) * (hasCredential ? COST_OF_WRONG : 1);
    const backlogMs = this.#backlogOf(key);
    const waitMs = waitOf(backlogMs, { intervalMs: costMs, toleranceMs: Math.max(BURST_MS, costMs) });
    if (waitMs > 0) {
      this.#options.onRefused?.(kind);
      await this.#refusals.hold();
      throw new AppError('limits.requests', { retryAfterSeconds: waitMs / 1000 });
    }
    this.#setBacklog(key, backlogMs + costMs);
    return { ...charge, counted: { key, costMs, hasCredential } };
  }

  /** Takes the answer into account: a credential that proved valid costs nothing, one that proved invalid is remembered. */
  settle(charge: AddressCharge, status: number): void {
    const { counted } = charge;
    if (counted === null) {
      // At `/mcp` a key of another organization is refused with 403.
      if (status === 401 || (status === 403 && charge.kind === 'mcp'))
        this.#distrusted.set(fingerprintOf(charge), true);
    } else if (counted.hasCredential && status < 400) {
      this.#setBacklog(counted.key, Math.max(0, this.#backlogOf(counted.key) - counted.costMs));
    }
  }

  async #trusts(charge: Omit<AddressCharge, 'counted'>, headers: IncomingHttpHeaders): Promise<boolean> {
    if (!(await this.#options.recognizes(headers))) return false;
    return this.#distrusted.size === 0 || !this.#distrusted.has(fingerprintOf(charge));
  }

  #rateOf(request: { readonly kind: RequestKind; readonly isKnown: boolean; readonly address: string }): number {
    const { limits } = this.#options;
    if (request.kind === 'page' && request.isKnown) return limits.pageRequestsPerSecond;
    const isClient = this.#clientRanges(request.address);
    if (!request.isKnown) return isClient ? limits.addressRequestsPerSecond : limits.unknownNameRequestsPerSecond;
    return isClient ? limits.clientRangeRequestsPerSecond : limits.addressRequestsPerSecond;
  }

  #backlogOf(key: string): number {
    const known = this.#backlogs.get(key);
    return known === undefined ? 0 : leaked(known.ms, this.#options.clock.monotonicMs() - known.atMs);
  }

  #setBacklog(key: string, ms: number): void {
    this.#backlogs.set(key, { ms, atMs: this.#options.clock.monotonicMs() });
  }
}

function fingerprintOf({ credential = '', kind, organization }: Omit<AddressCharge, 'counted'>): string {
  return `${hash('sha256', credential, 'base64url')} ${kind} ${organization}`;
}

function rangesOf(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
