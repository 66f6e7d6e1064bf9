/** The first message of a sandbox on a connection to its database, and which of its parameters are passed on. */
import { CANCEL_REQUEST, GSSENC_REQUEST, PROTOCOL_3_0, SSL_REQUEST } from './messages.ts';

/** PostgreSQL's own bound of a startup message. */
export const STARTUP_BYTES_MAX = 10_000;

/** User and database as code writes them that knows neither. */
export const OF_THE_CONNECTION = 'connection';

/** Settings that every session may change at any time anyway, and on which drivers rely. In lower case. */
const SETTINGS = new Set([
  'application_name',
  'client_encoding',
  'datestyle',
  'extra_float_digits',
  'idle_in_transaction_session_timeout',
  'intervalstyle',
  'lock_timeout',
  'search_path',
  'statement_timeout',
  'timezone',
]);

export type StartupRequest =
  /** A question about encryption, which is answered with "no": the connection stays inside the sandbox. */
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel'; readonly key: Buffer }
  | {
      readonly kind: 'startup';
      readonly settings: readonly (readonly [name: string, value: string])[];
      /** Whether the code asked for a later minor version of the protocol. */
      readonly isNewer: boolean;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Reads a request of the sandbox. @param code the number in the place of the protocol version @param body the bytes behind
 * @param of the connection's user and database, the only ones that may be named
 */
export function readStartup(
  code: number,
  body: Buffer,
  of: { readonly user: string; readonly database: string },
): StartupRequest {
  if (code === SSL_REQUEST || code === GSSENC_REQUEST) {
    return body.byteLength === 0 ? { kind: 'encryption' } : refused('the request for encryption is too long');
  }
  if (code === CANCEL_REQUEST) {
    return body.byteLength === 8 ? { kind: 'cancel', key: body } : refused('the cancel request has another length');
  }
  if (code >> 16 !== PROTOCOL_3_0 >> 16) return refused('the protocol must be version 3');
  const texts = body.toString('utf8').split('\0');
  const settings: (readonly [string, string])[] = [];
  const seen = new Set<string>();
  for (let index = 0; texts[index] !== ''; index += 2) {
    const [name, value] = texts.slice(index, index + 2);
    if (name === undefined || value === undefined) return refused('the startup message does not end as it should');
    const reason = seen.has(name) ? `${shown(name)} is there twice` : refusalOf(name, value, of);
    if (reason) return refused(reason);
    seen.add(name);
    if (SETTINGS.has(name.toLowerCase())) settings.push([name, value]);
  }
  return { kind: 'startup', settings, isNewer: code !== PROTOCOL_3_0 };
}

function refusalOf(name: string, value: string, of: { user: string; database: string }): string | null {
  if (name === 'user' || name === 'database') {
    const isKnown = value === OF_THE_CONNECTION || value === of[name] || value === '';
    return isKnown ? null : `the ${name} is the connection’s; ask for ${OF_THE_CONNECTION}`;
  }
  if (name === 'replication') return 'replication is not opened';
  if (name === 'options') return 'options are not passed on; use SET after the connection is open';
  return SETTINGS.has(name.toLowerCase()) ? null : `the parameter ${shown(name)} is not passed on`;
}

const shown = (name: string) => JSON.stringify(name.slice(0, 64));
const refused = (reason: string): StartupRequest => ({ kind: 'refused', reason });
