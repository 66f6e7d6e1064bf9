/** The paths of second factors and passkeys, below /api/auth. */
import { text } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalidRequest } from '../http/api-error.ts';
import type { OfferedPath, OfferedPathDeps } from './offered-paths.ts';

const CODE_REFUSALS = {
  INVALID_CODE: 'auth.code_wrong',
  INVALID_BACKUP_CODE: 'auth.code_wrong',
  INVALID_TWO_FACTOR_COOKIE: 'auth.challenge_expired',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'auth.challenge_expired',
  ACCOUNT_TEMPORARILY_LOCKED: 'auth.second_factor_locked',
  INVALID_PASSWORD: 'auth.password_wrong',
  TOTP_ALREADY_ENABLED: 'auth.second_factor_on',
  TOTP_NOT_ENABLED: 'auth.second_factor_off',
  TWO_FACTOR_NOT_ENABLED: 'auth.second_factor_off',
  BACKUP_CODES_NOT_ENABLED: 'auth.second_factor_off',
  UNAUTHORIZED: 'auth.required',
} as const;

const PASSKEY_REFUSALS = {
  CHALLENGE_NOT_FOUND: 'auth.challenge_expired',
  PASSKEY_NOT_FOUND: 'auth.passkey_refused',
  AUTHENTICATION_FAILED: 'auth.passkey_refused',
  FAILED_TO_VERIFY_REGISTRATION: 'auth.passkey_refused',
  USER_NOT_VERIFIED: 'auth.passkey_refused',
  YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY: 'auth.passkey_refused',
  SESSION_NOT_FRESH: 'auth.sign_in_not_fresh',
  UNAUTHORIZED: 'auth.required',
} as const;

const Code = z.object({ code: text().trim().min(1).max(64) });
const Password = z.object({ password: text().min(1).max(ACCOUNT_LIMITS.passwordMost.value) });
const Both = Password.extend(Code.shape);
const PasskeyName = text().trim().min(1).max(ACCOUNT_LIMITS.displayName.value);
const Registration = z.object({ response: z.unknown(), name: PasskeyName });
const Rename = z.object({ id: text().max(64), name: PasskeyName });
const Person = z.object({ user: z.object({ id: z.string(), email: z.string() }) });

/** Remembering a device, codes by mail, and sessions made by registering a passkey are not offered: no body names them. */
export const FACTOR_PATHS: Readonly<Record<string, OfferedPath>> = {
  '/two-factor/enable': { method: 'POST', prepare: withPassword, refusals: CODE_REFUSALS },
  '/two-factor/verify-totp': { method: 'POST', prepare: withCode, finish: noteProof, refusals: CODE_REFUSALS },
  '/two-factor/verify-backup-code': { method: 'POST', prepare: withCode, finish: noteProof, refusals: CODE_REFUSALS },
  '/two-factor/generate-backup-codes': { method: 'POST', prepare: withBoth, refusals: CODE_REFUSALS },
  '/two-factor/disable': { method: 'POST', prepare: withBoth, refusals: CODE_REFUSALS },
  '/passkey/generate-register-options': { method: 'GET', refusals: PASSKEY_REFUSALS },
  '/passkey/verify-registration': { method: 'POST', prepare: registration, refusals: PASSKEY_REFUSALS },
  '/passkey/generate-authenticate-options': { method: 'GET', refusals: PASSKEY_REFUSALS },
  '/passkey/verify-authentication': { method: 'POST', finish: rememberAddress, refusals: PASSKEY_REFUSALS },
  '/passkey/update-passkey': { method: 'POST', prepare: rename, refusals: PASSKEY_REFUSALS },
  '/passkey/delete-passkey': { method: 'POST', refusals: PASSKEY_REFUSALS },
};

async function withPassword({ attempts, auth }: OfferedPathDeps, request: FastifyRequest) {
  const body = parse(Password, request);
  const { cookie } = request.headers;
  const found = cookie === undefined ? null : await auth.api.getSession({ headers: new Headers({ cookie }) });
  await attempts.admitPassword({ email: found?.user.email ?? '', address: request.clientAddress });
  return body;
}

async function withCode({ secondFactors }: OfferedPathDeps, request: FastifyRequest) {
  const body = parse(Code, request);
  await secondFactors.admitCode(request, body.code);
  return body;
}

async function withBoth({ secondFactors }: OfferedPathDeps, request: FastifyRequest) {
  const body = parse(Both, request);
  await secondFactors.requireBoth(request, body);
  return { password: body.password };
}

async function noteProof(deps: OfferedPathDeps, request: FastifyRequest, text: string): Promise<void> {
  if ((await deps.secondFactors.noteProof(request.headers)) === 'sign_in') await rememberAddress(deps, request, text);
}

async function rememberAddress({ attempts }: OfferedPathDeps, request: FastifyRequest, text: string): Promise<void> {
  const { user } = Person.parse(JSON.parse(text));
  await attempts.remember(user.id, { email: user.email, address: request.clientAddress });
}

async function registration(_deps: OfferedPathDeps, request: FastifyRequest) {
  return parse(Registration, request);
}

async function rename(_deps: OfferedPathDeps, request: FastifyRequest) {
  return parse(Rename, request);
}

/** @throws AppError `admin.invalid_request` */
function parse<T>(schema: z.ZodType<T>, { body }: FastifyRequest): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String), message }));
  throw invalidRequest('body', issues);
}
