import { ACCOUNT_LIMITS, MAIL_LIMITS } from '@patchbay/foundation/limits';

/** Links that a mail can hold. Opening one proves the address that it was sent to. */
export const LINK_KINDS = ['prove_address', 'reset_password', 'invitation'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** Mails about something that happened, without a link that opens anything. */
export type NoticeKind = 'account_exists' | 'password_changed';
export type MailKind = LinkKind | NoticeKind;

const DAY_SECONDS = 24 * 60 * 60;

/** Seconds after which a mail of the kind is of no use, and is given up. */
export const GOOD_FOR_SECONDS: Readonly<Record<MailKind, number>> = {
  prove_address: DAY_SECONDS,
  reset_password: MAIL_LIMITS.resetLink.value,
  invitation: DAY_SECONDS,
  account_exists: DAY_SECONDS,
  password_changed: 3 * DAY_SECONDS,
};

/** From the sending on. */
export const LINK_SECONDS: Readonly<Record<LinkKind, number>> = {
  prove_address: MAIL_LIMITS.proofLink.value,
  reset_password: MAIL_LIMITS.resetLink.value,
  invitation: ACCOUNT_LIMITS.invitation.value,
};

export function isMailKind(kind: string): kind is MailKind {
  return Object.hasOwn(GOOD_FOR_SECONDS, kind);
}
