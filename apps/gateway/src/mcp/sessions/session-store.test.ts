import type { Database } from '@patchbay/domain';
import type { McpSession } from '@patchbay/domain/sessions';
import type { Vault } from '@patchbay/vault';
import { expect, it } from 'vitest';
import type { SessionClaims } from './session-id.ts';
import { DatabaseSessionStore } from './session-store.ts';

const claims = { id: 'ses_1', organizationId: 'org_1', expiresAtMs: 0 } as unknown as SessionClaims; // what is read of them
const row = (logLevel: string | null) => ({ logLevel, lastUsedAt: new Date() }) as unknown as McpSession; // as above

it('the session store keeps no row that was read before a change and arrived after it', async () => {
  const asked: ((answer: McpSession) => void)[] = [];
  const database = {
    withOrganization: () => new Promise<McpSession>((resolve) => asked.push(resolve)),
  } as unknown as Database; // its answers are given below, in the order of the test
  const store = new DatabaseSessionStore({ database, vault: {} as Vault }); // nothing is sealed here
  const read = store.refresh(claims);
  const changed = store.remember(claims, { logLevel: 'info' });
  asked[1]?.(row('info'));
  await changed;
  asked[0]?.(row(null));
  await read;
  const found = store.find(claims);
  asked[2]?.(row('info'));
  expect(await found).toMatchObject({ logLevel: 'info' });
});
