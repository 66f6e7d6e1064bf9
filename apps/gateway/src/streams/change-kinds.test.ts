/** Every kind of change, through everything in the gateway that decides by it what ends. */
import { CHANGE_KINDS, type Change, type ChangeKind } from '@patchbay/domain/changes';
import { createLogger } from '@patchbay/foundation';
import { expect, it } from 'vitest';
import { type Caller, concernsCaller } from '../admin/access/caller.ts';
import { type Access, concernsAccess } from '../mcp/context/access.ts';
import { SandboxRetirement } from '../sandboxes/sandbox-retirement.ts';

const IDS = { organization: 'org_a', connector: 'con_a', person: 'usr_a', apiKey: 'key_a', version: 'ver_a' };

/** Ids of the subjects that it ends or makes outdated. A new kind has to be decided here too. */
const ENDS = {
  organization: { session: 'org_a', key: 'org_a', connectorUrl: 'org_a', organizationUrl: 'org_a', sandbox: 'org_a' },
  connector: { session: null, key: null, connectorUrl: 'con_a', organizationUrl: 'con_a', sandbox: 'con_a' },
  version: { session: null, key: null, connectorUrl: null, organizationUrl: null, sandbox: null },
  api_key: { session: null, key: 'key_a', connectorUrl: 'key_a', organizationUrl: 'key_a', sandbox: null },
  grant: { session: null, key: null, connectorUrl: 'key_a', organizationUrl: 'key_a', sandbox: null },
  person: { session: 'usr_a', key: 'usr_a', connectorUrl: 'usr_a', organizationUrl: 'usr_a', sandbox: null },
  audit_event: { session: null, key: null, connectorUrl: null, organizationUrl: null, sandbox: null },
  limits: { session: null, key: null, connectorUrl: null, organizationUrl: null, sandbox: null },
  policies: { session: null, key: null, connectorUrl: 'org_a', organizationUrl: 'org_a', sandbox: null },
  connection: { session: null, key: null, connectorUrl: null, organizationUrl: null, sandbox: null },
  joined_names: { session: null, key: null, connectorUrl: null, organizationUrl: 'org_a', sandbox: null },
} satisfies Record<ChangeKind, Record<string, string | null>>;

const person = { id: IDS.person, name: 'Ada', email: 'ada@people.example' };
// Only what decides is filled in.
const SESSION = { kind: 'person', person } as Caller;
const KEY = { kind: 'api_key', person, apiKey: { id: IDS.apiKey } } as Caller;

function permissionAt(connectorId: string | null): Access {
  const endpoint = { organizationId: IDS.organization, connectorId: IDS.connector };
  const principal = { organizationId: IDS.organization, userId: IDS.person, credentialId: IDS.apiKey };
  // Only what decides is filled in.
  return {
    principal,
    organizationId: IDS.organization,
    connectorId,
    connectors: [{ endpoint }],
  } as unknown as Access;
}

/** Whether a published deletion of the connector ends its sandboxes. */
async function retires(change: Change): Promise<boolean> {
  const listeners = new Set<(change: Change) => void>();
  let isRetired = false;
  const retirement = new SandboxRetirement({
    changes: {
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    endpoints: { resolve: async () => null },
    sandboxes: {
      retire: async () => {
        isRetired = true;
      },
    },
    logger: createLogger('test', 'silent'),
  });
  // Only what decides is filled in.
  const endpoint = { organizationId: IDS.organization, connectorId: IDS.connector, live: true };
  retirement.follow(endpoint as Parameters<typeof retirement.follow>[0]);
  for (const listener of listeners) listener(change);
  await new Promise((resolve) => setImmediate(resolve));
  retirement.close();
  return isRetired;
}

it.each(CHANGE_KINDS)('a change of kind %s ends nothing but what it is about', async (kind) => {
  const ended: Record<keyof (typeof ENDS)[ChangeKind], string[]> = {
    session: [],
    key: [],
    connectorUrl: [],
    organizationUrl: [],
    sandbox: [],
  };
  for (const id of [...Object.values(IDS), 'another']) {
    const change = { kind, id };
    if (concernsCaller(change, SESSION, IDS.organization)) ended.session.push(id);
    if (concernsCaller(change, KEY, IDS.organization)) ended.key.push(id);
    if (concernsAccess(change, permissionAt(IDS.connector))) ended.connectorUrl.push(id);
    if (concernsAccess(change, permissionAt(null))) ended.organizationUrl.push(id);
    if (await retires(change)) ended.sandbox.push(id);
  }
  const expected = Object.entries(ENDS[kind]).map(([what, id]) => [what, id === null ? [] : [id]]);
  expect(ended).toEqual(Object.fromEntries(expected));
});
