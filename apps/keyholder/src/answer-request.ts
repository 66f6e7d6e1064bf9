import type { Logger } from '@patchbay/foundation';
import {
  type KeyholderAnswer,
  type KeyholderOperation,
  type KeyholderRequest,
  type KeySource,
  type PeerRole,
  VaultError,
} from '@patchbay/vault';
import { mayAsk } from './decide-request.ts';
import type { UnwrapBudget } from './unwrap-budget.ts';

export interface AnswerDeps {
  /** The master key and the shred keys. */
  readonly keys: KeySource;
  readonly budgets: Readonly<Record<PeerRole, UnwrapBudget>>;
  count(role: PeerRole, operation: KeyholderOperation, result: 'done' | 'refused' | 'throttled' | 'failed'): void;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Answers one request of a role; never rejects. Changes of an organization's keys and every refusal are logged. */
export async function answerRequest(
  deps: AnswerDeps,
  role: PeerRole,
  request: KeyholderRequest,
): Promise<KeyholderAnswer> {
  const { id, operation } = request;
  const about = { role, operation, ...('organizationId' in request && { organizationId: request.organizationId }) };
  const fail = (error: 'refused' | 'throttled' | 'failed') => {
    deps.count(role, operation, error);
    return { id, error };
  };
  if (!mayAsk(role, request)) {
    deps.logger.warn(about, 'a process asked for what it may not have');
    return fail('refused');
  }
  if (operation === 'unwrap' && !deps.budgets[role].take()) return fail('throttled');
  try {
    const answer = await answerAllowed(deps.keys, request);
    if (operation === 'withhold' || operation === 'release' || operation === 'destroy') {
      deps.logger.info(about, 'the keys of an organization changed');
    }
    deps.count(role, operation, 'done');
    return answer;
  } catch (error) {
    if (error instanceof VaultError) {
      deps.logger.warn(about, 'a key does not open');
      return fail('refused');
    }
    deps.logger.error({ ...about, err: error }, 'the files of the keys cannot be used');
    return fail('failed');
  }
}

async function answerAllowed(keys: KeySource, request: KeyholderRequest): Promise<KeyholderAnswer> {
  const { id } = request;
  const bytes = (found: Uint8Array): KeyholderAnswer => ({ id, bytes: Buffer.from(found).toString('base64') });
  switch (request.operation) {
    case 'keyIds': {
      const { current, accepted } = await keys.keyIds();
      return { id, keyIds: { current, accepted: [...accepted] } };
    }
    case 'wrap':
      return bytes(await keys.wrap(request.organizationId, request.bytes));
    case 'unwrap':
      return bytes(await keys.unwrap(request.organizationId, request.bytes));
    case 'deriveKey': {
      // `mayAsk` has compared it with the table.
      const purpose = request.purpose as Parameters<KeySource['deriveKey']>[0];
      return bytes(await keys.deriveKey(purpose, request.keyId, request.context));
    }
    case 'withhold':
      await keys.withhold(request.organizationId);
      return { id, done: true };
    case 'release':
      await keys.release(request.organizationId);
      return { id, done: true };
    case 'destroy':
      await keys.destroy(request.organizationId);
      return { id, done: true };
  }
}
