/** A mail as plain text, to one address. */
export interface OutgoingMail {
  /** The same for every attempt; its receiver sees it as the Message-ID. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** How mail leaves this installation. */
export interface MailChannel {
  /** `smtp` reaches the owner of the address alone; `terminal` shows the mail to the person who started the platform. */
  readonly kind: 'smtp' | 'terminal';
  /**
   * Resolves once the next server, or the terminal, has it.
   *
   * @param closing breaks the attempt off; the mail may have been accepted all the same
   * @throws MailError
   */
  send(mail: OutgoingMail, closing: AbortSignal): Promise<void>;
}

/** The subject of a refusal: all mail, or this one. */
export type MailFault = 'server' | 'mail';

export class MailError extends Error {
  readonly fault: MailFault;
  /** Whether another attempt would be answered alike. */
  readonly permanent: boolean;

  constructor(
    message: string,
    about: { readonly fault: MailFault; readonly permanent: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause: about.cause });
    this.name = 'MailError';
    this.fault = about.fault;
    this.permanent = about.permanent;
  }
}
