import { CUSTOMER, isPlainHost, isPlainLabel } from './parts.ts';
import type { Provider } from './provider.ts';

interface Hosts {
  readonly credentialHosts: readonly string[];
  readonly perCustomerHost?: Pick<NonNullable<Provider['perCustomerHost']>, 'templates' | 'reserved'> | undefined;
}

/** Why a host is one of a provider or not. */
export type HostMatch =
  | { readonly matches: true; readonly customer: null }
  /** The customer's label; the connection has to be of exactly this host. */
  | { readonly matches: true; readonly customer: string }
  | { readonly matches: false; readonly reason: string };

/**
 * Whether a credential of the provider can belong to this host at all. A host of a customer also has to be the one that the
 * connection was made for: anyone can rent the name beside it.
 *
 * @param host as it is in a parsed URL; another spelling (upper case, a dot at the end, a port) is no host
 */
export function matchHost({ credentialHosts, perCustomerHost }: Hosts, host: string): HostMatch {
  if (!isPlainHost(host)) return refused(`${host} is not a plain host name`);
  if (credentialHosts.includes(host)) return { matches: true, customer: null };
  if (!perCustomerHost) return refused(`${host} is not a host of this provider`);
  const dot = host.indexOf('.');
  const [label, rest] = [host.slice(0, dot), host.slice(dot)];
  if (!perCustomerHost.templates.includes(`${CUSTOMER}${rest}`))
    return refused(`${host} is not a host of this provider or of its customers`);
  if (perCustomerHost.reserved.includes(label)) return refused(`${host} belongs to the provider, not to a customer`);
  return { matches: true, customer: label };
}

/**
 * The URL of a customer: the template with the label that a person entered.
 *
 * @returns null for a label that is not one: nothing that a person enters changes the name behind it
 */
export function fillCustomer(template: string, label: string): string | null {
  return isPlainLabel(label) ? template.replace(CUSTOMER, label) : null;
}

function refused(reason: string): HostMatch {
  return { matches: false, reason };
}
