import { type KeyholderRequest, PEER_ROLES } from '@patchbay/vault';
import { describe, expect, it } from 'vitest';
import { mayAsk } from './decide-request.ts';

const bytes = new Uint8Array(32);
const organizationId = 'org_a';

const REQUESTS: readonly [KeyholderRequest, readonly string[]][] = [
  [{ id: 0, operation: 'keyIds' }, ['gateway', 'worker']],
  [{ id: 0, operation: 'wrap', organizationId, bytes }, ['gateway', 'worker']],
  [{ id: 0, operation: 'unwrap', organizationId, bytes }, ['gateway', 'worker']],
  [{ id: 0, operation: 'withhold', organizationId }, ['gateway', 'worker']],
  [{ id: 0, operation: 'release', organizationId }, ['gateway']],
  [{ id: 0, operation: 'destroy', organizationId }, ['worker']],
  [{ id: 0, operation: 'deriveKey', purpose: 'hash:oauth client secrets', keyId: 0, context: '' }, ['gateway']],
  [{ id: 0, operation: 'deriveKey', purpose: 'audit:writer', keyId: 0, context: 'worker-1' }, ['worker']],
  [{ id: 0, operation: 'deriveKey', purpose: 'vault:master', keyId: 0, context: '' }, []],
];

describe('what a role may ask of the keyholder', () => {
  it.each(REQUESTS)('of %o only those named may have it', (request, roles) => {
    expect(PEER_ROLES.filter((role) => mayAsk(role, request))).toEqual(roles);
  });
});
