import { createHash, randomBytes } from 'node:crypto';
import { AppError, newId, type Secret } from '@patchbay/foundation';
import type { SealBinding, Vault } from '@patchbay/vault';
import { z } from 'zod';
import type { Tx } from '../database/index.ts';
import { dataKeyStore } from '../secrets/index.ts';

const LIFETIME_MS = 15 * 60_000;

/** Where the browser goes once the account is connected. Never a URL: a page of ours, by its kind. */
export const returnTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dashboard') }),
  /** The authorization request that waits, by its id. */
  z.strictObject({ kind: z.literal('consent'), uid: z.string().regex(/^[\w-]{1,64}$/) }),
]);
export type ReturnTarget = z.output<typeof returnTargetSchema>;

export interface ConnectionRequest {
  readonly id: string;
  readonly personId: string;
  readonly provider: string;
  readonly ownerKind: 'person' | 'organization';
  /** The connection to be renewed. */
  readonly connectionId: string | null;
  /** Connectors that the person confirmed on the page before. */
  readonly connectorIds: readonly string[];
  readonly scopes: readonly string[];
  readonly host: string | null;
  readonly returnTo: ReturnTarget;
}

export interface NewConnectionRequest extends Omit<ConnectionRequest, 'id'> {
  /** The sign-in that began, and no other finishes it. */
  readonly sessionId: string;
  /** For the token endpoint alone (RFC 7636 §4.1). */
  readonly verifier: Secret;
}

/** Remembers an attempt to connect. Returns the state for the provider, 256 random bits that no row holds. */
export async function startConnection(tx: Tx, vault: Vault, input: NewConnectionRequest): Promise<string> {
  const { organizationId } = tx.scope;
  await tx.prisma.connectionRequest.deleteMany({ where: { organizationId, expiresAt: { lt: new Date() } } });
  const state = randomBytes(32).toString('base64url');
  const id = newId('connectionRequest');
  const { sessionId, verifier, returnTo, connectorIds, scopes, ...row } = input;
  await tx.prisma.connectionRequest.create({
    data: {
      ...tx.scope,
      ...row,
      id,
      connectorIds: [...connectorIds],
      scopes: [...scopes],
      stateHash: hashOf(state),
      sessionHash: hashOf(sessionId),
      verifier: Buffer.from(await vault.seal(bindingOf(tx, id), verifier, dataKeyStore(tx))),
      beganAt: returnTo.kind,
      returnTo,
      expiresAt: new Date(Date.now() + LIFETIME_MS),
    },
  });
  return state;
}

/**
 * The attempt that an answer of a provider belongs to, used up by this call, in the sign-in that began it.
 *
 * @throws AppError `connections.request_expired` for a state that is unknown, used, too old, or of another sign-in,
 * person or provider, without a difference between these
 */
export async function takeConnectionRequest(
  tx: Tx,
  vault: Vault,
  answer: { readonly state: string; readonly personId: string; readonly sessionId: string; readonly provider: string },
): Promise<{ readonly request: ConnectionRequest; readonly verifier: Secret }> {
  const { count } = await tx.prisma.connectionRequest.updateMany({
    where: {
      ...tx.scope,
      stateHash: hashOf(answer.state),
      personId: answer.personId,
      sessionHash: hashOf(answer.sessionId),
      provider: answer.provider,
      usedAt: null,
      expiresAt: { gt: new Date() },
    },
    data: { usedAt: new Date() },
  });
  if (count !== 1) throw new AppError('connections.request_expired');
  const row = await tx.prisma.connectionRequest.findUniqueOrThrow({
    where: { organizationId_stateHash: { ...tx.scope, stateHash: hashOf(answer.state) } },
  });
  const verifier = await vault.open(bindingOf(tx, row.id), row.verifier, dataKeyStore(tx));
  const { id, personId, provider, connectionId, connectorIds, scopes, host } = row;
  const ownerKind = row.ownerKind === 'organization' ? 'organization' : 'person';
  const returnTo = returnTargetSchema.parse(row.returnTo);
  const request = { id, personId, provider, ownerKind, connectionId, connectorIds, scopes, host, returnTo } as const;
  return { request, verifier };
}

function hashOf(text: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(text).digest());
}

function bindingOf(tx: Tx, id: string): SealBinding {
  const { organizationId } = tx.scope;
  return { scope: { kind: 'organization', organizationId }, record: id, field: 'connection_requests.verifier' };
}
