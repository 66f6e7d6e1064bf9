import { type Deliveries, type Delivery, planRetry } from '@patchbay/domain/deliveries';
import type { Clock, Logger } from '@patchbay/foundation';
import { MAIL_LIMITS, RETENTION } from '@patchbay/foundation/limits';
import { type Condition, conditionOf } from '@patchbay/foundation/process';
import { type MailChannel, MailError, type OutgoingMail } from './mail-channel.ts';

export interface MailSenderOptions {
  readonly deliveries: Deliveries;
  readonly channel: MailChannel;
  /** The mail, with a fresh link; null when it has become pointless. */
  compose(delivery: Delivery): Promise<Omit<OutgoingMail, 'id'> | null>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 5_000;
const SWEEP_EVERY_MS = 15 * 60_000;
/** A sender that died lets go of what it held after this; an attempt ends before. */
const LEASE_SECONDS = MAIL_LIMITS.mailAttempt.value * 2;
const GIVEN_UP_SECONDS = 24 * 60 * 60;
const KEPT_SECONDS = RETENTION.deliveries.value * 24 * 60 * 60;

/**
 * Sends what is due, one after the other; several gateways share the work. A failure that concerns the server ends the
 * turn: what follows would fail alike.
 */
export class MailSender {
  readonly #options: MailSenderOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isAwake = false;
  readonly #closing = new AbortController();
  #sweepAtMs = Number.NEGATIVE_INFINITY;
  /** The server's last refusal of all mail; null once one was accepted. */
  #problem: string | null = null;
  #isFailing = false;

  constructor(options: MailSenderOptions) {
    this.#options = options;
    this.#schedule(0);
  }

  /** Something is due: looks now instead of at the next interval. */
  wake(): void {
    this.#isAwake = true;
    this.#schedule(0);
  }

  /** For `/health`: facts and reasons without an address. */
  async condition(): Promise<Condition> {
    const { deliveries, channel } = this.#options;
    const { waiting, oldestSeconds, givenUp } = await deliveries.count(GIVEN_UP_SECONDS);
    const reasons = this.#problem === null ? [] : [`${this.#problem}; ${waiting} mails wait`];
    return conditionOf(reasons, { channel: channel.kind, waiting, oldestSeconds, givenUpLastDay: givenUp });
  }

  /** Breaks off the attempt that is under way; it is repeated by the next sender. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(ms: number): void {
    if (this.#closing.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#running = this.#running.then(() => this.#turn());
    }, ms);
    this.#timer.unref();
  }

  async #turn(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#isAwake = false;
    try {
      await this.#sweep();
      await this.#sendDue();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.logger.warn({ err: error }, 'deliveries cannot be read; still trying');
      this.#isFailing = true;
    }
    this.#schedule(this.#isAwake ? 0 : LOOK_EVERY_MS);
  }

  async #sweep(): Promise<void> {
    const now = this.#options.clock.monotonicMs();
    if (now - this.#sweepAtMs < SWEEP_EVERY_MS) return;
    this.#sweepAtMs = now;
    await this.#options.deliveries.dropEnded(KEPT_SECONDS);
  }

  async #sendDue(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      // One at a time: a claimed mail that waits for others would outlive its lease.
      const [delivery] = await this.#options.deliveries.claim(1, LEASE_SECONDS);
      if (!delivery) return;
      if (!(await this.#send(delivery))) return;
    }
  }

  /** @returns false when the next one would fail alike */
  async #send(delivery: Delivery): Promise<boolean> {
    const { deliveries, channel, compose, clock, logger } = this.#options;
    const { id, kind, attempts } = delivery;
    try {
      const isLate = delivery.expiresAt <= clock.now();
      const mail = isLate ? null : await compose(delivery);
      if (mail === null) {
        await deliveries.recordFailure(delivery, isLate ? (this.#problem ?? 'too late') : 'not needed any more', null);
        return true;
      }
      await channel.send({ ...mail, id }, this.#closing.signal);
      this.#problem = null;
      await deliveries.recordDelivered(delivery);
      logger.info({ deliveryId: id, kind, attempts }, 'a mail was delivered');
      return true;
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      const next = error.permanent ? null : planRetry(delivery, clock.now(), Math.random());
      if (error.fault === 'server') this.#problem = error.message;
      await deliveries.recordFailure(delivery, error.message, next);
      logger.warn({ deliveryId: id, kind, attempts, problem: error.message, next }, 'a mail was not delivered');
      return error.fault === 'mail';
    }
  }
}
