/**
 * The startup of a connection on the server's side: parameters, SCRAM-SHA-256, and what the server reports until it is
 * ready. Nothing else than SCRAM is answered: a password in clear or as MD5 would give the server, or an impostor,
 * something to use elsewhere, and a server that asks for nothing has not proved that it knows the role.
 *
 * @see PostgreSQL documentation, "Start-up" and "SASL Authentication"
 */
import type { Duplex } from 'node:stream';
import { AppError, type Secret } from '@patchbay/foundation';
import type { PostgresTarget } from '@patchbay/sandbox-protocol';
import sasl from 'pg/lib/crypto/sasl.js';
import { ByteReader } from './byte-reader.ts';
import { errorFields, firstMessage, int32, message, PROTOCOL_3_0, type ServerMessage, textsOf } from './messages.ts';

/** Messages of a startup are short; a longer one is no startup. */
const MESSAGE_BYTES_MAX = 32 * 1024;
const MESSAGES_MAX = 200;

export interface LoggedIn {
  /** `ParameterStatus` and `NoticeResponse` messages as the server sent them. */
  readonly reports: readonly Buffer[];
  /** Process id and secret key, as a cancel request repeats them; null when the server sent none. */
  readonly cancelKey: Buffer | null;
  /** The last message: ready for a query. */
  readonly ready: Buffer;
}

export interface Login {
  readonly target: PostgresTarget;
  readonly password: Secret;
  /** Settings that the code asked for and may ask for. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/** Logs in on an open, encrypted connection. @throws AppError `egress.database_login_failed`, `egress.upstream_failed` */
export async function logIn(
  stream: Duplex,
  { target, password, settings }: Login,
  signal: AbortSignal,
): Promise<LoggedIn> {
  const readOnly = target.mayWrite && target.effect === 'write' ? [] : [['default_transaction_read_only', 'on']];
  const parameters = [['user', target.user], ['database', target.database], ...readOnly, ...settings].flat();
  stream.write(firstMessage(PROTOCOL_3_0, ...parameters, Buffer.from([0])));
  const reader = new ByteReader(stream, signal);
  await authenticate({ stream, reader }, password);
  const loggedIn = await readReports(reader);
  await reader.release();
  return loggedIn;
}

/** Everything that the server reports until it is ready. */
async function readReports(reader: ByteReader): Promise<LoggedIn> {
  const reports: Buffer[] = [];
  let cancelKey: Buffer | null = null;
  for (let read = 0; read < MESSAGES_MAX; read++) {
    const next = await nextMessage(reader);
    if (next.kind === 'Z') return { reports, cancelKey, ready: message('Z', next.body) };
    if (next.kind === 'K') cancelKey = next.body.byteLength === 8 ? next.body : null;
    else if (next.kind === 'S') reports.push(message('S', next.body));
    else throw unexpected(next);
  }
  throw loginFailed('the server is not ready after its login');
}

/** The codes of an `Authentication…` message that SCRAM consists of. */
const OK = 0;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;

async function authenticate(
  { stream, reader }: { stream: Duplex; reader: ByteReader },
  password: Secret,
): Promise<void> {
  const offered = await nextAuthentication(reader);
  if (offered.code !== SASL) throw loginFailed(`the server wants ${methodOf(offered.code)}, not SCRAM-SHA-256`);
  try {
    const session = sasl.startSession(textsOf(offered.data));
    const first = Buffer.from(session.response);
    stream.write(message('p', session.mechanism, int32(first.byteLength), first));
    const challenge = await expectAuthentication(reader, SASL_CONTINUE);
    await sasl.continueSession(session, password.reveal(), challenge.toString('utf8'));
    stream.write(message('p', Buffer.from(session.response)));
    const proof = await expectAuthentication(reader, SASL_FINAL);
    sasl.finalizeSession(session, proof.toString('utf8'));
  } catch (error) {
    if (error instanceof AppError) throw error;
    // The library's texts name the step and never the password.
    throw loginFailed(error instanceof Error ? error.message : 'SCRAM failed');
  }
  await expectAuthentication(reader, OK);
}

async function expectAuthentication(reader: ByteReader, code: number): Promise<Buffer> {
  const next = await nextAuthentication(reader);
  if (next.code !== code) throw loginFailed(`the server wants ${methodOf(next.code)} in the middle of SCRAM`);
  return next.data;
}

async function nextAuthentication(reader: ByteReader): Promise<{ code: number; data: Buffer }> {
  const next = await nextMessage(reader);
  if (next.kind !== 'R' || next.body.byteLength < 4) throw unexpected(next);
  return { code: next.body.readInt32BE(0), data: next.body.subarray(4) };
}

/** The next message that is no notice. @throws AppError `egress.database_login_failed` with the server's own words */
async function nextMessage(reader: ByteReader): Promise<ServerMessage> {
  for (let notices = 0; notices < MESSAGES_MAX; notices++) {
    const next = await reader.readMessage(MESSAGE_BYTES_MAX);
    if (next.kind === 'N') continue;
    if (next.kind !== 'E') return next;
    const { M: text = 'no reason', C: sqlState = '' } = errorFields(next.body);
    const code = /^[0-9A-Z]{5}$/.test(sqlState) ? sqlState : '08004';
    throw loginFailed(`the server answers ${JSON.stringify(text.slice(0, 500))} (${code})`, code);
  }
  throw loginFailed('the server sends nothing but notices');
}

const METHODS: Readonly<Record<number, string>> = {
  0: 'no password',
  2: 'Kerberos',
  3: 'the password in clear',
  5: 'the password as MD5',
  7: 'GSSAPI',
  9: 'SSPI',
  10: 'SASL',
};
const methodOf = (code: number) => METHODS[code] ?? `the method ${code}`;

function unexpected({ kind }: ServerMessage): AppError {
  return loginFailed(`the server sent ${JSON.stringify(kind)} during its login`);
}

function loginFailed(reason: string, sqlState = '08004'): AppError {
  return new AppError('egress.database_login_failed', { detail: `${reason}.`, data: { sqlState } });
}
