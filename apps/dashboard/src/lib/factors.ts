/** Second factors and passkeys of the signed-in person, at `/api/auth` of the page's own origin. */
import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { fieldOf, type IdentityResult, post, type Refused, send } from './identity.ts';

export interface NewApp {
  readonly ok: true;
  /** For the app's camera: `otpauth://totp/…`. */
  readonly uri: string;
  /** Shown once. */
  readonly recoveryCodes: readonly string[];
}

export async function beginApp(password: string): Promise<NewApp | Refused> {
  const result = await post('two-factor/enable', { password });
  if (!result.ok) return result;
  return { ok: true, uri: String(fieldOf(result.answer, 'totpURI')), recoveryCodes: codesOf(result.answer) };
}

/** A code of the app, or a recovery code where the text has another form. */
export function sendCode(text: string): Promise<IdentityResult> {
  const code = text.replace(/\s/g, '');
  return post(/^\d{6}$/.test(code) ? 'two-factor/verify-totp' : 'two-factor/verify-backup-code', { code });
}

export function turnAppOff(password: string, code: string): Promise<IdentityResult> {
  return post('two-factor/disable', { password, code: code.replace(/\s/g, '') });
}

export async function renewRecoveryCodes(
  password: string,
  code: string,
): Promise<{ readonly ok: true; readonly recoveryCodes: readonly string[] } | Refused> {
  const result = await post('two-factor/generate-backup-codes', { password, code: code.replace(/\s/g, '') });
  return result.ok ? { ok: true, recoveryCodes: codesOf(result.answer) } : result;
}

export async function addPasskey(name: string): Promise<IdentityResult> {
  const options = await send('passkey/generate-register-options', { method: 'GET' });
  if (!options.ok) return options;
  // The installation's own answer; the browser refuses what is not one.
  const optionsJSON = options.answer as Parameters<typeof startRegistration>[0]['optionsJSON'];
  const response = await startRegistration({ optionsJSON }).catch(() => null);
  if (response === null) return { ok: false, reason: 'passkey_refused' };
  return post('passkey/verify-registration', { response, name });
}

export async function signInWithPasskey(): Promise<IdentityResult> {
  const options = await send('passkey/generate-authenticate-options', { method: 'GET' });
  if (!options.ok) return options;
  // The installation's own answer; the browser refuses what is not one.
  const optionsJSON = options.answer as Parameters<typeof startAuthentication>[0]['optionsJSON'];
  const response = await startAuthentication({ optionsJSON: { ...optionsJSON, userVerification: 'required' } }).catch(
    () => null,
  );
  if (response === null) return { ok: false, reason: 'passkey_refused' };
  return post('passkey/verify-authentication', { response });
}

export function renamePasskey(id: string, name: string): Promise<IdentityResult> {
  return post('passkey/update-passkey', { id, name });
}

export function removePasskey(id: string): Promise<IdentityResult> {
  return post('passkey/delete-passkey', { id });
}

function codesOf(answer: unknown): readonly string[] {
  const codes = fieldOf(answer, 'backupCodes');
  return Array.isArray(codes) ? codes.map(String) : [];
}
