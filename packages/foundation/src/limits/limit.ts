/**
 * Limits that are visible from outside, as data. This module imports nothing, so that browsers, sandboxes and the
 * command line read the same numbers as the servers that enforce them. `npm run reference` generates the pages from it.
 */

/** Units of durations and sizes are converted for readers; any other unit is the noun that is counted. */
export type Unit =
  | 'ms'
  | 'seconds'
  | 'hours'
  | 'days'
  | 'bytes'
  | 'bytes per second'
  | 'bytes per minute'
  | 'per second'
  | 'per minute'
  | 'cores'
  | 'characters'
  | 'levels'
  | 'calls'
  | 'streams'
  | 'sessions'
  | 'resources'
  | 'questions'
  | 'rounds'
  | 'messages'
  | 'events'
  | 'tools'
  | 'entries'
  | 'files'
  | 'processes'
  | 'sandboxes'
  | 'starts'
  | 'connections'
  | 'packages'
  | 'groups'
  | 'policies'
  | 'members'
  | 'keys'
  | 'requests'
  | 'bodies'
  | 'attempts'
  | 'addresses'
  | 'times';

/**
 * The party that can choose another value: none (`fixed`), an operator by an environment variable, an owner by a setting, or
 * an author.
 */
export type RaisedBy =
  | 'fixed'
  | { readonly operator: string }
  | { readonly owner: string }
  | { readonly author: string };

export interface Limit {
  readonly value: number;
  readonly unit: Unit;
  /** The limited quantity, as a phrase that begins with a capital letter. */
  readonly what: string;
  /** Why it is limited, and why to this value. */
  readonly reason: string;
  readonly raisedBy: RaisedBy;
}

export type LimitGroup = Readonly<Record<string, Limit>>;

const DURATIONS = [
  { name: 'day', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;
const SIZES = [
  { name: 'GiB', bytes: 1024 ** 3 },
  { name: 'MiB', bytes: 1024 ** 2 },
  { name: 'KiB', bytes: 1024 },
] as const;
const MS_IN = { ms: 1, seconds: 1_000, hours: 3_600_000, days: 86_400_000 } as const;

/** The value as people read it: `50 s`, `4 MiB`, `150 000 characters`, `30 days`. */
export function formatLimit({ value, unit }: Pick<Limit, 'value' | 'unit'>): string {
  switch (unit) {
    case 'ms':
    case 'seconds':
    case 'hours':
    case 'days':
      return formatMilliseconds(value * MS_IN[unit]);
    case 'bytes':
      return formatBytes(value);
    case 'bytes per second':
      return `${formatBytes(value)} per second`;
    case 'bytes per minute':
      return `${formatBytes(value)} per minute`;
    case 'cores':
      return value === 0.5 ? 'half a core' : `${value} cores`;
    default:
      return `${formatNumber(value)} ${unit}`;
  }
}

/** Digits in groups of three: `16 384`. */
export function formatNumber(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

function formatMilliseconds(ms: number): string {
  // A whole number of the largest unit that fits.
  const { name, ms: size } = DURATIONS.find((each) => ms >= each.ms && ms % each.ms === 0) ?? { name: 'ms', ms: 1 };
  if (name !== 'day') return `${formatNumber(ms / size)} ${name}`;
  return ms === size ? '24 h' : `${formatNumber(ms / size)} days`;
}

function formatBytes(bytes: number): string {
  const size = SIZES.find((each) => bytes >= each.bytes && bytes % each.bytes === 0);
  return size === undefined ? `${formatNumber(bytes)} bytes` : `${formatNumber(bytes / size.bytes)} ${size.name}`;
}
