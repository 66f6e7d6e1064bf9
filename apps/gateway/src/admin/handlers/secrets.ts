import { deleteSecret, listSecretNames, setSecret } from '@patchbay/domain/secrets';
import { Secret } from '@patchbay/foundation';
import * as endpoints from '../endpoints/secrets.ts';
import { handleInTransaction } from '../handler.ts';
import { connectorOf } from './connectors.ts';

export const list = handleInTransaction(endpoints.listSecrets, async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const names = await listSecretNames(tx, connector.id);
  const items = names.map(({ name, createdAt, updatedAt }) => ({
    name,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }));
  return { items, nextCursor: null };
});

export const set = handleInTransaction(endpoints.setSecret, async (tx, call, { vault }) => {
  const connector = await connectorOf(tx, call);
  await setSecret(tx, call.caller.actor, vault, {
    connectorId: connector.id,
    name: call.params.name,
    value: new Secret(call.body.value),
    requestId: call.requestId,
  });
  return undefined;
});

export const remove = handleInTransaction(endpoints.deleteSecret, async (tx, call) => {
  const connector = await connectorOf(tx, call);
  await deleteSecret(tx, call.caller.actor, {
    connectorId: connector.id,
    name: call.params.name,
    requestId: call.requestId,
  });
  return undefined;
});
