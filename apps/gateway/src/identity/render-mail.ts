import { formatLimit, MAIL_LIMITS } from '@patchbay/foundation/limits';
import type { LinkKind, NoticeKind } from './mail-kinds.ts';

interface Addressed {
  readonly origin: string;
  readonly to: string;
}

export type MailContent = Addressed &
  (
    | { readonly kind: Exclude<LinkKind, 'invitation'>; readonly link: string }
    /** The slug rather than the name, which could hold a text of its writer's choice. */
    | {
        readonly kind: 'invitation';
        readonly link: string;
        readonly slug: string;
        readonly role: string;
        readonly inviter: string;
      }
    | { readonly kind: NoticeKind }
  );

interface Text {
  readonly subject: string;
  readonly lines: readonly string[];
}

/** The texts of mails. Plain text: nothing in it can be loaded, and a link shows where it leads. Pure. */
export function renderMail(mail: MailContent): { readonly subject: string; readonly text: string } {
  const { subject, lines } = textOf(mail, new URL(mail.origin).host);
  return { subject, text: [...lines, '', '--', `Patchbay at ${mail.origin}`, ''].join('\n') };
}

function textOf(mail: MailContent, host: string): Text {
  const { to, origin } = mail;
  switch (mail.kind) {
    case 'prove_address':
      return {
        subject: `Confirm your address for ${host}`,
        lines: [
          `There is an account for ${to} at ${host}.`,
          'Open this page to confirm that the address is yours, and to choose the password:',
          '',
          mail.link,
          '',
          `The link works once, for ${formatLimit(MAIL_LIMITS.proofLink)}. If you did not create an account, ignore this mail.`,
        ],
      };
    case 'reset_password':
      return {
        subject: `Choose a new password for ${host}`,
        lines: [
          `A new password was asked for, for the account of ${to} at ${host}.`,
          'Open this page to choose it:',
          '',
          mail.link,
          '',
          `The link works once, for ${formatLimit(MAIL_LIMITS.resetLink)}. If you did not ask for it, ignore this mail: nothing changes.`,
        ],
      };
    case 'invitation':
      return {
        subject: `Invitation to ${mail.slug} at ${host}`,
        lines: [
          `${mail.inviter} invites ${to} to the organization ${mail.slug} at ${host}, as ${mail.role}.`,
          'Open this page to join:',
          '',
          mail.link,
          '',
          'If you do not expect this, ignore this mail.',
        ],
      };
    case 'account_exists':
      return {
        subject: `You have an account at ${host}`,
        lines: [
          `An account for ${to} was to be created at ${host}. There is one already.`,
          '',
          `Sign in: ${origin}/dashboard/sign-in`,
          `Forgot your password? ${origin}${FORGOT_PATH}`,
          '',
          'If it was not you, nothing has to be done.',
        ],
      };
    case 'password_changed':
      return {
        subject: `Your password at ${host} was changed`,
        lines: [
          `The password of ${to} at ${host} was changed.`,
          '',
          `If it was not you, choose a new one at once: ${origin}${FORGOT_PATH}`,
        ],
      };
  }
}

/** The page that sends a link to a new password. */
export const FORGOT_PATH = '/-/forgot-password';
