import { z } from 'zod';

/**
 * The protocol of the keyholder: one JSON object a line, in both directions, over a unix socket of each role. Answers
 * carry the number of their request and come in any order, so that a caller asks for many things at once.
 */

/** Characters of a line: a wrapped data key has a few hundred. */
export const LINE_CHARACTERS_MAX = 16_384;

const id = z.number().int().min(0);
/** It names a file of the keyholder's. */
const organizationId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const bytes = z
  .base64()
  .max(4_096)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

const operation = <Name extends string>(name: Name) => z.object({ id, operation: z.literal(name) });

export const keyholderRequest = z.discriminatedUnion('operation', [
  operation('keyIds'),
  operation('wrap').extend({ organizationId, bytes }),
  operation('unwrap').extend({ organizationId, bytes }),
  operation('deriveKey').extend({
    purpose: z.string().max(64),
    keyId: z.number().int().min(0).max(0xffff_ffff),
    context: z.string().max(200),
  }),
  operation('withhold').extend({ organizationId }),
  operation('release').extend({ organizationId }),
  operation('destroy').extend({ organizationId }),
]);

export type KeyholderRequest = z.output<typeof keyholderRequest>;
export type KeyholderOperation = KeyholderRequest['operation'];

/**
 * - `refused`: it does not open, or the role may not ask for it; both have the same answer.
 * - `throttled`: this role unwraps far more than it did.
 * - `failed`: the keyholder could not read or write its files.
 */
export const keyholderAnswer = z.union([
  z.object({ id, error: z.enum(['refused', 'throttled', 'failed']) }),
  z.object({ id, bytes }),
  z.object({ id, keyIds: z.object({ current: z.number(), accepted: z.array(z.number()) }) }),
  z.object({ id, done: z.literal(true) }),
]);

export type KeyholderAnswer = z.input<typeof keyholderAnswer>;
