import type { LimitGroup } from './limit.ts';

/** Mail to people: how often an address gets any, and how long its links work. */
export const MAIL_LIMITS = {
  proofLink: {
    value: 24 * 60 * 60,
    unit: 'seconds',
    what: 'Life of a link that proves an address',
    reason: 'Mail is read within a day; a new link is one click away.',
    raisedBy: 'fixed',
  },
  resetLink: {
    value: 60 * 60,
    unit: 'seconds',
    what: 'Life of a link that sets a new password',
    reason: 'The person who asked for it waits for it.',
    raisedBy: 'fixed',
  },
  mailWindow: {
    value: 24 * 60 * 60,
    unit: 'seconds',
    what: 'Window of the mails below',
    reason: 'A mailbox that strangers fill is read once a day.',
    raisedBy: 'fixed',
  },
  mailsPerAddress: {
    value: 5,
    unit: 'messages',
    what: 'Mails to one address that were asked for from networks it never signed in from, together, in a window',
    reason: 'A stranger who knows an address cannot fill its mailbox.',
    raisedBy: 'fixed',
  },
  mailsPerKnownAddress: {
    value: 20,
    unit: 'messages',
    what: 'Mails to one address that were asked for from a network it signed in from, in a window',
    reason: 'Requests of strangers must not keep the owner from a new password.',
    raisedBy: 'fixed',
  },
  invitationMailsPerAddress: {
    value: 5,
    unit: 'messages',
    what: 'Mails to one address with invitations of all organizations in a window',
    reason: 'A person who makes organizations could otherwise write to any address; the inviter has the link too.',
    raisedBy: 'fixed',
  },
  mailRequestsPerNetwork: {
    value: 60,
    unit: 'requests',
    what: 'Requests for mail from one network in a window, for all addresses',
    reason: 'An office forgets a few passwords a day; a script would try a list of addresses.',
    raisedBy: 'fixed',
  },
  mailAttempt: {
    value: 30,
    unit: 'seconds',
    what: 'Time a mail server has to take one mail',
    reason: 'A server that hangs must not hold up the mail behind it.',
    raisedBy: 'fixed',
  },
} as const satisfies LimitGroup;
