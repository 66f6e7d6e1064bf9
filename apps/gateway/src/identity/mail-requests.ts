import { Deliveries, type NewDelivery } from '@patchbay/domain/deliveries';
import { AppError, type Logger } from '@patchbay/foundation';
import { MAIL_LIMITS } from '@patchbay/foundation/limits';
import type { Pool } from 'pg';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import { GOOD_FOR_SECONDS, type MailKind } from './mail-kinds.ts';

export interface MailRequestsOptions {
  readonly pool: Pool;
  readonly ephemeralStore: EphemeralStore;
  readonly logger: Logger;
  /** Null: this installation sends no mail. */
  readonly mail: 'smtp' | 'terminal' | null;
  /** Something is due. */
  wake(): void;
}

/**
 * Requests for mail. Those that name an address are answered before the account is looked up, so that neither answer nor
 * time depends on whether there is one.
 */
export class MailRequests {
  readonly #options: MailRequestsOptions;
  readonly #deliveries: Deliveries;
  readonly #pending = new Set<Promise<void>>();

  constructor(options: MailRequestsOptions) {
    this.#options = options;
    this.#deliveries = new Deliveries(options.pool);
  }

  /** How mail is sent. */
  get channel(): 'smtp' | 'terminal' | 'off' {
    return this.#options.mail ?? 'off';
  }

  /** Whether only the owner of an address reads what is sent to it: the condition of asking for proofs. */
  get provesAddresses(): boolean {
    return this.#options.mail === 'smtp';
  }

  /** @throws AppError `auth.mail_off` */
  requireMail(): void {
    if (this.#options.mail === null) throw new AppError('auth.mail_off');
  }

  /** A link to a new password, if the address has an account. */
  askForReset(email: string): void {
    this.#afterAnswer(async () => {
      const person = await this.#findPerson(email);
      if (person) await this.#send('reset_password', { personId: person.id });
    });
  }

  /** Mail after a sign-up: a link to prove of the address; for an account whose address is proved a notice to its owner. */
  followSignUp(email: string): void {
    this.#afterAnswer(async () => {
      const person = await this.#findPerson(email);
      if (person) await this.#send(person.isProved ? 'account_exists' : 'prove_address', { personId: person.id });
    });
  }

  async askForProof(personId: string): Promise<void> {
    await this.#send('prove_address', { personId });
  }

  notePasswordChange(personId: string): void {
    if (this.#options.mail === null) return;
    this.#afterAnswer(() => this.#send('password_changed', { personId }));
  }

  /** @returns whether a mail is on its way; false without a mail server and for an address that got too many today */
  async mailInvitation(invitationId: string, email: string): Promise<boolean> {
    if (!this.provesAddresses) return false;
    const limit = { max: MAIL_LIMITS.invitationMailsPerAddress.value, windowSeconds: MAIL_LIMITS.mailWindow.value };
    const { allowed } = await this.#options.ephemeralStore.admit(['invitation mail', email.toLowerCase()], limit);
    if (!allowed) return false;
    // The invitation is made; its inviter has the link.
    return this.#send('invitation', { invitationId }).then(
      () => true,
      (error: unknown) => {
        this.#options.logger.warn({ err: error }, 'an invitation was not mailed');
        return false;
      },
    );
  }

  /** A delivery was written elsewhere. */
  wake(): void {
    this.#options.wake();
  }

  /** Resolves when everything that was asked for is written. */
  async close(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #send(kind: MailKind, subject: NewDelivery['subject']): Promise<void> {
    await this.#deliveries.insert({ kind, subject, goodForSeconds: GOOD_FOR_SECONDS[kind] });
    this.#options.wake();
  }

  #afterAnswer(work: () => Promise<void>): void {
    const running: Promise<void> = work()
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'a request for mail was lost'))
      .finally(() => this.#pending.delete(running));
    this.#pending.add(running);
  }

  async #findPerson(email: string): Promise<{ readonly id: string; readonly isProved: boolean } | undefined> {
    const { rows } = await this.#options.pool.query<{ id: string; isProved: boolean }>(
      'SELECT id, email_verified AS "isProved" FROM identity.people WHERE email = $1',
      [email.toLowerCase()],
    );
    return rows[0];
  }
}
