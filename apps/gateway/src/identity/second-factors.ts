import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import type { Attempts } from './attempts.ts';
import type { Auth } from './lazy-auth.ts';
import type { SignedCookie } from './session-cookie.ts';

export interface SecondFactorsDeps {
  readonly auth: Auth;
  readonly pool: Pool;
  readonly attempts: Attempts;
  readonly ephemeralStore: EphemeralStore;
  /** The cookie of a sign-in whose password was right and whose code is still missing. */
  readonly challengeCookie: SignedCookie;
}

/** The account that a code is tried for. */
interface CodeSubject {
  readonly personId: string;
  readonly email: string;
  /** Null while the sign-in is not complete. */
  readonly sessionId: string | null;
}

/** The part of a request that is read. */
type CodeRequest = Pick<FastifyRequest, 'clientAddress'> & { readonly headers: Pick<IncomingHttpHeaders, 'cookie'> };

/** The form of an app's code; a text of any other form can only be a recovery code. */
const APP_CODE = /^\d{6}$/;

/** Codes of authenticator apps and recovery codes: counted, good once, and noted at the session that they prove. */
export class SecondFactors {
  readonly #deps: SecondFactorsDeps;

  constructor(deps: SecondFactorsDeps) {
    this.#deps = deps;
  }

  /**
   * Before a code is looked at. A code of an app is good once, although it is shown for longer: who has read it along
   * finds it used.
   *
   * @throws AppError `auth.challenge_expired`, `auth.too_many_attempts`, `auth.too_many_account_attempts`,
   * `auth.code_used`
   * @see RFC 6238 §5.2
   */
  async admitCode(request: CodeRequest, code: string): Promise<void> {
    const { attempts, ephemeralStore } = this.#deps;
    const subject = await this.#subjectOf(request.headers);
    if (subject === null) throw new AppError('auth.challenge_expired');
    await attempts.admitCode({ email: subject.email, address: request.clientAddress });
    if (!APP_CODE.test(code)) return;
    const windowSeconds = ACCOUNT_LIMITS.codeLife.value;
    const { allowed } = await ephemeralStore.admit(['code of an app', subject.personId, code], {
      max: 1,
      windowSeconds,
    });
    if (!allowed) throw new AppError('auth.code_used', { retryAfterSeconds: windowSeconds / 3 });
  }

  /** After a code was right. A sign-in that it completed has a session of its own, which was made with the note. */
  async noteProof(headers: IncomingHttpHeaders): Promise<'session' | 'sign_in'> {
    const subject = await this.#subjectOf(headers);
    if (subject?.sessionId == null) return 'sign_in';
    await this.#deps.pool.query('UPDATE identity.sessions SET second_factor_at = now() WHERE id = $1', [
      subject.sessionId,
    ]);
    return 'session';
  }

  /**
   * The password of the signed-in person and a code that they have now: for what weakens an account.
   *
   * @throws AppError `auth.required`, `auth.password_wrong`, `auth.code_wrong`, `auth.code_used`,
   * `auth.second_factor_off`, `auth.too_many_…`
   */
  async requireBoth(request: CodeRequest, given: { readonly password: string; readonly code: string }) {
    const { auth, attempts } = this.#deps;
    const subject = await this.#subjectOf(request.headers);
    if (subject?.sessionId == null) throw new AppError('auth.required');
    await attempts.admitPassword({ email: subject.email, address: request.clientAddress });
    const headers = new Headers({ cookie: request.headers.cookie ?? '' });
    const { password, code } = given;
    await accepted(() => auth.api.verifyPassword({ body: { password }, headers }), 'auth.password_wrong');
    await this.admitCode(request, code);
    const isAppCode = APP_CODE.test(code);
    await accepted<unknown>(
      () =>
        isAppCode
          ? auth.api.verifyTOTP({ body: { code }, headers })
          : auth.api.verifyBackupCode({ body: { code, disableSession: true }, headers }),
      'auth.code_wrong',
    );
  }

  async #subjectOf({ cookie }: Pick<IncomingHttpHeaders, 'cookie'>): Promise<CodeSubject | null> {
    if (cookie === undefined) return null;
    const { auth, challengeCookie } = this.#deps;
    const found = await auth.api.getSession({ headers: new Headers({ cookie }), query: { disableRefresh: true } });
    if (found !== null) return { personId: found.user.id, email: found.user.email, sessionId: found.session.id };
    const challenge = challengeCookie.valueOf(cookie);
    if (challenge === null) return null;
    const { internalAdapter } = await auth.$context;
    const pending = await internalAdapter.findVerificationValue(challenge);
    const person = pending === null ? null : await internalAdapter.findUserById(pending.value);
    return person === null ? null : { personId: person.id, email: person.email, sessionId: null };
  }
}

/** @throws AppError with the code, where better-auth refuses */
async function accepted<T>(work: () => Promise<T>, code: 'auth.password_wrong' | 'auth.code_wrong'): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { APIError } = await import('better-auth/api');
    if (error instanceof APIError && error.statusCode < 500) throw new AppError(code, { cause: error });
    throw error;
  }
}
