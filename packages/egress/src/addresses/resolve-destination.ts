import { lookup } from 'node:dns/promises';
import { AppError } from '@patchbay/foundation';
import ipaddr from 'ipaddr.js';
import { guardAddress, ownAddresses } from './guard-address.ts';

/** Name → addresses. The system's resolver, unless a test brings its own. */
export type Resolver = (host: string) => Promise<readonly string[]>;

export const systemResolver: Resolver = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

export interface ResolveOptions {
  readonly resolver?: Resolver;
  /** Hosts the operator opened: they may resolve to any address. Exact names, lower case. */
  readonly trustedHosts?: ReadonlySet<string>;
  /** The platform's own public names, wherever they resolve to: nothing of ours is reached from behind. Lower case. */
  readonly platformHosts?: ReadonlySet<string>;
}

/**
 * Resolves once and returns the address to connect to. Every address of the answer must pass: a name that also points
 * inside is not half allowed.
 *
 * @throws AppError `egress.address_refused` with the rule, `egress.upstream_failed` when the name does not resolve
 */
export async function resolveDestination(host: string, options: ResolveOptions = {}): Promise<string> {
  const name = host.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  if (options.platformHosts?.has(name) && !options.trustedHosts?.has(name)) {
    throw new AppError('egress.address_refused', {
      detail: `${name} is the platform itself (own name).`,
      data: { host: name, rule: 'own name' },
    });
  }
  const addresses = ipaddr.isValid(name) ? [name] : await resolve(name, options.resolver ?? systemResolver);
  const [first] = addresses;
  if (first === undefined) throw new AppError('egress.upstream_failed', { detail: `${name} does not resolve.` });
  if (options.trustedHosts?.has(name)) return first;
  const own = ownAddresses();
  for (const address of addresses) {
    const ruling = guardAddress(address, own);
    if (!ruling.allowed) {
      throw new AppError('egress.address_refused', {
        detail: `${name} resolves to an address that is refused (${ruling.rule}).`,
        data: { host: name, rule: ruling.rule },
      });
    }
  }
  return first;
}

/**
 * Resolves a host that an operator opened with its private addresses. The answer must consist of those: a name that
 * points elsewhere meanwhile opens nothing.
 *
 * @throws AppError `egress.address_refused`, `egress.upstream_failed` when the name does not resolve
 */
export async function resolveOpened(
  host: string,
  opened: readonly string[],
  options: ResolveOptions = {},
): Promise<string> {
  const name = host.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  const addresses = ipaddr.isValid(name) ? [name] : await resolve(name, options.resolver ?? systemResolver);
  const [first] = addresses;
  if (first === undefined) throw new AppError('egress.upstream_failed', { detail: `${name} does not resolve.` });
  const known = new Set(opened.map(normalized));
  if (!addresses.every((address) => known.has(normalized(address)))) {
    throw new AppError('egress.address_refused', {
      detail: `${name} resolves to another address than the operator opened.`,
      data: { host: name, rule: 'not opened' },
    });
  }
  return first;
}

const normalized = (address: string) =>
  ipaddr.isValid(address) ? ipaddr.parse(address).toNormalizedString() : address;

async function resolve(name: string, resolver: Resolver): Promise<readonly string[]> {
  try {
    return await resolver(name);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new AppError('egress.upstream_failed', { detail: `${name} does not resolve${code}.`, cause: error });
  }
}
