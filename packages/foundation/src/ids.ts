import { randomFillSync } from 'node:crypto';

/** One prefix per kind of record, so that an id in a log identifies its kind. */
export const ID_PREFIXES = {
  organization: 'org',
  person: 'psn',
  member: 'mbr',
  group: 'grp',
  policy: 'pol',
  provider: 'prv',
  connection: 'cxn',
  connectionRequest: 'cnr',
  grant: 'grt',
  accountGrant: 'agr',
  oauthClient: 'ocl',
  invitation: 'inv',
  session: 'ses',
  twoFactor: 'tfa',
  passkey: 'pky',
  account: 'acc',
  verification: 'vrf',
  delivery: 'dlv',
  connector: 'con',
  version: 'ver',
  deployment: 'dep',
  secret: 'sec',
  apiKey: 'key',
  serviceAccount: 'svc',
  auditEvent: 'aud',
  finding: 'fnd',
  usageEvent: 'use',
  request: 'req',
  invocation: 'ivk',
  sandbox: 'sbx',
  task: 'tsk',
  mcpSession: 'mcs',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const CHARACTERS = 26;

/** Fetched for many ids at once: asking the system is most of what one costs. */
const random = Buffer.alloc(128 * CHARACTERS);
let used = random.length;

/** A new random id, 130 bits: `con_` + 26 characters. Random, so that a collision never reveals that a row exists. */
export function newId(kind: IdKind): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  let text = `${ID_PREFIXES[kind]}_`;
  for (const end = used + CHARACTERS; used < end; used += 1) text += ALPHABET[(random[used] ?? 0) & 31];
  return text;
}

/** The form of ids of this kind. */
export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${ID_PREFIXES[kind]}_[0-9a-hjkmnp-tv-z]{26}$`);
}

/** Whether the text has the form of an id of this kind. The record need not exist. */
export function isId(kind: IdKind, text: string): boolean {
  return idPattern(kind).test(text);
}
