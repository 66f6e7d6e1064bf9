import type { LimitGroup } from './limit.ts';

const MEBIBYTE = 1024 * 1024;

/** The admin API, which the dashboard and the command line use as well. */
export const ADMIN_LIMITS = {
  body: {
    value: MEBIBYTE,
    unit: 'bytes',
    what: 'JSON body of a request',
    reason: 'No endpoint needs more; uploads have a limit of their own.',
    raisedBy: 'fixed',
  },
  formBody: {
    value: 16 * 1024,
    unit: 'bytes',
    what: 'Body of a form of the setup and invitation pages',
    reason: 'They have a handful of fields.',
    raisedBy: 'fixed',
  },
  identityBody: {
    value: 64 * 1024,
    unit: 'bytes',
    what: 'Body of a request to sign-in and account',
    reason: 'They have a handful of fields.',
    raisedBy: 'fixed',
  },
  pageDefault: {
    value: 50,
    unit: 'entries',
    what: 'Entries of a page when none is asked for',
    reason: 'One screen of a list.',
    raisedBy: 'fixed',
  },
  pageMost: {
    value: 200,
    unit: 'entries',
    what: 'Entries of a page',
    reason: 'A page is read in one transaction.',
    raisedBy: 'fixed',
  },
  secret: {
    value: 32_768,
    unit: 'bytes',
    what: 'Value of a secret, as UTF-8',
    reason: 'It has to fit certificates and service accounts, and every call of the connector carries all of them.',
    raisedBy: 'fixed',
  },
  streams: {
    value: 8,
    unit: 'streams',
    what: 'Event streams (logs, deploys) of one caller, per gateway',
    reason: 'Each looks into the database several times a second.',
    raisedBy: 'fixed',
  },
  streamUnread: {
    value: MEBIBYTE,
    unit: 'bytes',
    what: 'Unread bytes after which an event stream of the admin API is closed',
    reason: 'A client that does not read would hold them in the gateway’s memory.',
    raisedBy: 'fixed',
  },
  idempotencyKey: {
    value: 255,
    unit: 'characters',
    what: '`Idempotency-Key`',
    reason: 'It is stored with the answer.',
    raisedBy: 'fixed',
  },
} as const satisfies LimitGroup;
