import { type KeyholderOperation, type KeyholderRequest, mayDerive, type PeerRole } from '@patchbay/vault';

/** The roles that may ask for each operation. A gateway withholds the keys of what it deletes; only the worker's purge destroys them. */
const OPERATIONS: Readonly<Record<KeyholderOperation, readonly PeerRole[]>> = {
  keyIds: ['gateway', 'worker'],
  wrap: ['gateway', 'worker'],
  unwrap: ['gateway', 'worker'],
  deriveKey: ['gateway', 'worker'],
  withhold: ['gateway', 'worker'],
  release: ['gateway'],
  destroy: ['worker'],
};

/** Whether the role may have what it asks for. Pure. */
export function mayAsk(role: PeerRole, request: KeyholderRequest): boolean {
  if (!OPERATIONS[request.operation].includes(role)) return false;
  return request.operation !== 'deriveKey' || mayDerive(role, request.purpose, request.context);
}
