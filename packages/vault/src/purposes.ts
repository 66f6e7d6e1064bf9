import { hkdfSync } from 'node:crypto';
import { KEY_BYTES } from './cipher.ts';
import { VaultError } from './vault-error.ts';

/** The processes that ask for keys. */
export const PEER_ROLES = ['gateway', 'worker'] as const;
export type PeerRole = (typeof PEER_ROLES)[number];

/** Writers of audit rows, and whose process each runs in: an operator's program is one of the gateway's. */
const WRITERS = { gateway: 'gateway', operator: 'gateway', worker: 'worker' } as const satisfies Record<
  string,
  PeerRole
>;
export type WriterKind = keyof typeof WRITERS;

/**
 * Every purpose that a key may be derived for, and the processes that may have it: use, colon, name. The table is closed,
 * so that a process that was taken over asks for no key but its own.
 */
export const KEY_PURPOSES = {
  'hash:oauth rows': ['gateway'],
  'hash:oauth client secrets': ['gateway'],
  'hash:oauth cookies': ['gateway'],
  'hash:oauth networks': ['gateway'],
  'hash:identity assertions': ['gateway'],
  'state:oauth rows': ['gateway'],
  'state:oauth registrations': ['gateway'],
  'state:oauth signing keys': ['gateway'],
  'state:request state': ['gateway'],
  'state:sso request': ['gateway'],
  'token:mcp sessions': ['gateway'],
  // The context names the writer: each has a key of its own, and only a process of that role has it.
  'audit:writer': ['gateway', 'worker'],
} as const satisfies Record<string, readonly PeerRole[]>;

export type KeyPurpose = keyof typeof KEY_PURPOSES;

/** The names of one use: `PurposeOf<'state'>` is what a state sealer may be made for. */
export type PurposeOf<Use extends string> = KeyPurpose extends infer Purpose
  ? Purpose extends `${Use}:${infer Name}`
    ? Name
    : never
  : never;

/** @see RFC 5869: the use is the salt and the name the info, so that no key of one purpose opens another's texts. */
const SALTS: Readonly<Record<string, string>> = {
  hash: 'patchbay keyed hash',
  state: 'patchbay sealed state',
  token: 'patchbay token',
  audit: 'patchbay audit writer',
};

/** Whether a process of this role may have the key. A writer's name begins with its kind. */
export function mayDerive(role: PeerRole, purpose: string, context: string): purpose is KeyPurpose {
  if (!Object.hasOwn(KEY_PURPOSES, purpose)) return false;
  const roles: readonly PeerRole[] = KEY_PURPOSES[purpose as KeyPurpose]; // an own key of the table, by the line above
  if (!roles.includes(role)) return false;
  if (purpose !== 'audit:writer') return context === '';
  return Object.entries(WRITERS).some(([kind, owner]) => owner === role && context.startsWith(`${kind}-`));
}

/** The key of a purpose, made from a master key. */
export function derive(masterKey: Uint8Array, purpose: KeyPurpose, context: string): Uint8Array {
  const [use = '', name = ''] = purpose.split(':');
  const salt = SALTS[use];
  if (salt === undefined) throw new VaultError('There is no such use of a key.');
  return new Uint8Array(hkdfSync('sha256', masterKey, salt, context === '' ? name : context, KEY_BYTES));
}
