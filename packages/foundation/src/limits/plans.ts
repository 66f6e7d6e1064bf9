import type { LimitGroup } from './limit.ts';

/** The operator's setting for every organization of the installation. */
const SETTING = 'PATCHBAY_LIMITS';

/**
 * The plan *standard*: calls and messages of one organization, after authentication. An operator chooses other values for
 * the installation, by the names of these rows.
 */
export const PLAN_LIMITS = {
  personCallsPerMinute: {
    value: 60,
    unit: 'per minute',
    what: 'Calls of one person at one connector',
    reason: 'A model that calls in a loop is stopped before it uses up a service that others need.',
    raisedBy: { operator: SETTING },
  },
  personBurst: {
    value: 60,
    unit: 'calls',
    what: 'Calls of one person at one connector, at once after a pause',
    reason: 'A research task begins with many calls in a row.',
    raisedBy: { operator: SETTING },
  },
  personConcurrent: {
    value: 32,
    unit: 'calls',
    what: 'Calls in flight of one person at one connector',
    reason: 'As many as one sandbox runs at once: more would only wait.',
    raisedBy: { operator: SETTING },
  },
  toolCallsPerMinute: {
    value: 600,
    unit: 'per minute',
    what: 'Calls of one tool, of all callers together',
    reason: 'A tool may use all that its connector has.',
    raisedBy: { operator: SETTING },
  },
  toolBurst: {
    value: 600,
    unit: 'calls',
    what: 'Calls of one tool, at once after a pause',
    reason: 'A minute’s calls.',
    raisedBy: { operator: SETTING },
  },
  toolConcurrent: {
    value: 128,
    unit: 'calls',
    what: 'Calls in flight of one tool',
    reason: 'A tool may use all that its connector has.',
    raisedBy: { operator: SETTING },
  },
  clientCallsPerMinute: {
    value: 3_000,
    unit: 'per minute',
    what: 'Calls through one client: an OAuth client, or an API key',
    reason: 'All members of an organization may use the same client.',
    raisedBy: { operator: SETTING },
  },
  clientBurst: {
    value: 3_000,
    unit: 'calls',
    what: 'Calls through one client, at once after a pause',
    reason: 'A minute’s calls.',
    raisedBy: { operator: SETTING },
  },
  clientConcurrent: {
    value: 512,
    unit: 'calls',
    what: 'Calls in flight through one client',
    reason: 'All members of an organization may use the same client.',
    raisedBy: { operator: SETTING },
  },
  connectorCallsPerMinute: {
    value: 600,
    unit: 'per minute',
    what: 'Calls of one connector',
    reason: 'Ten a second is more than most services behind a connector accept.',
    raisedBy: { operator: SETTING },
  },
  connectorBurst: {
    value: 600,
    unit: 'calls',
    what: 'Calls of one connector, at once after a pause',
    reason: 'A minute’s calls.',
    raisedBy: { operator: SETTING },
  },
  connectorConcurrent: {
    value: 128,
    unit: 'calls',
    what: 'Calls in flight of one connector',
    reason: 'One slow connector cannot take every slot of the gateways.',
    raisedBy: { operator: SETTING },
  },
  organizationCallsPerMinute: {
    value: 3_000,
    unit: 'per minute',
    what: 'Calls of one organization',
    reason: 'Five connectors at their limit.',
    raisedBy: { operator: SETTING },
  },
  organizationBurst: {
    value: 3_000,
    unit: 'calls',
    what: 'Calls of one organization, at once after a pause',
    reason: 'A minute’s calls.',
    raisedBy: { operator: SETTING },
  },
  organizationConcurrent: {
    value: 512,
    unit: 'calls',
    what: 'Calls in flight of one organization',
    reason: 'One organization cannot take every slot of the gateways.',
    raisedBy: { operator: SETTING },
  },
  personMessagesPerSecond: {
    value: 50,
    unit: 'per second',
    what: 'Messages of one caller at MCP endpoints, lists and pings included, per gateway',
    reason: 'A client that repeats a request without end is stopped before its messages are read.',
    raisedBy: { operator: SETTING },
  },
  organizationMessagesPerSecond: {
    value: 500,
    unit: 'per second',
    what: 'Messages of one organization at MCP endpoints, per gateway',
    reason: 'Half a minute’s calls of the organization in a second still leave the gateway to the others.',
    raisedBy: { operator: SETTING },
  },
} as const satisfies LimitGroup;

/** Requests that are counted by address, because no valid credential identifies their sender. */
export const ADDRESS_LIMITS = {
  addressRequestsPerSecond: {
    value: 30,
    unit: 'per second',
    what: 'Requests without a valid credential from one network (/24, of IPv6 /48), per organization, kind of request and gateway',
    reason: 'Refusing a request is cheap, and thirty a second of one kind are no person’s.',
    raisedBy: { operator: SETTING },
  },
  clientRangeRequestsPerSecond: {
    value: 300,
    unit: 'per second',
    what: 'The same, from the networks of hosted clients listed below',
    reason: 'All people who use such a client share its few addresses.',
    raisedBy: { operator: SETTING },
  },
  unknownNameRequestsPerSecond: {
    value: 10,
    unit: 'per second',
    what: 'The same, for all names together that no organization of this gateway’s memory has',
    reason: 'Each costs a look-up, and guesses of names are no use.',
    raisedBy: { operator: SETTING },
  },
  pageRequestsPerSecond: {
    value: 300,
    unit: 'per second',
    what: 'The same, for pages and files of the dashboard and the documentation',
    reason: 'A page loads dozens of files, and an office shares an address.',
    raisedBy: { operator: SETTING },
  },
  wrongCredentialCost: {
    value: 5,
    unit: 'requests',
    what: 'Requests that one with a wrong credential counts as',
    reason: 'A missing credential is how a client begins; a wrong one may be a guess.',
    raisedBy: 'fixed',
  },
  refusalDelay: {
    value: 250,
    unit: 'ms',
    what: 'Time after which a refusal for too many such requests, or too many messages, is sent',
    reason: 'A client that repeats its request at once does so four times a second, not a thousand times.',
    raisedBy: 'fixed',
  },
  addressBurst: {
    value: 2,
    unit: 'seconds',
    what: 'Time whose requests may arrive at once after a pause',
    reason: 'A person’s clients and pages begin together.',
    raisedBy: 'fixed',
  },
} as const satisfies LimitGroup;

/** Networks that hosted clients call from. Each is the client’s own publication, and has its date. */
export const CLIENT_RANGES = [
  {
    network: '160.79.104.0/21',
    client: 'Claude (web, desktop, mobile, API)',
    source: 'https://platform.claude.com/docs/en/api/ip-addresses',
    readOn: '2026-11-21',
  },
] as const;

/** A plan: a value for each limit on calls and messages of an organization. */
export type PlanLimits = Readonly<Record<keyof typeof PLAN_LIMITS, number>>;

/** A value for each limit on requests without a valid credential that an operator may choose. */
export type AddressLimits = Readonly<Record<SettableAddressLimit, number>>;
type SettableAddressLimit = Exclude<
  keyof typeof ADDRESS_LIMITS,
  'wrongCredentialCost' | 'addressBurst' | 'refusalDelay'
>;

export const STANDARD_PLAN: PlanLimits = valuesOf(PLAN_LIMITS);
export const STANDARD_ADDRESS_LIMITS: AddressLimits = valuesOf(ADDRESS_LIMITS);

function valuesOf<Name extends string>(rows: Readonly<Record<Name, { readonly value: number }>>): Record<Name, number> {
  const entries = Object.entries<{ readonly value: number }>(rows).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(entries) as Record<Name, number>; // the names of the rows
}
