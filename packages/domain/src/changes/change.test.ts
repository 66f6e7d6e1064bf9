import { expect, it } from 'vitest';
import { KnownKeys } from '../api-keys/known-keys.ts';
import { CHANGE_KINDS, CHANGE_RULES, type Change, type ChangeKind } from './change.ts';
import { RevisionedCache } from './revisioned-cache.ts';

/** Which changes make caches read again, and which make the set of keys read. A new kind has to decide both here too. */
const READS = {
  organization: ['cache'],
  connector: ['cache'],
  version: ['cache'],
  api_key: ['cache', 'keys'],
  grant: ['cache'],
  person: ['cache'],
  audit_event: [],
  limits: ['cache'],
  policies: ['cache'],
  connection: ['cache'],
  joined_names: ['cache'],
} satisfies Record<ChangeKind, string[]>;

/** An open connection, on which the test publishes changes. */
function givenFeed() {
  const listeners = new Set<(change: Change) => void>();
  const feed = {
    onChange(listener: (change: Change) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onStale: () => () => undefined,
    epoch: 1,
    relayed: async () => true,
    assertFresh: () => undefined,
    health: () => ({ connected: true, staleMs: 0 }),
  };
  const change = (one: Change) => {
    for (const listener of listeners) listener(one);
  };
  return { feed, change };
}

it.each(CHANGE_KINDS)('caches read again exactly what a change of kind %s can make outdated', async (kind) => {
  const { feed, change } = givenFeed();
  const subject = { kind, id: 'subject' };
  const read: string[] = [];
  const keysRead: unknown[] = [];
  const present = new RevisionedCache<string>({ feed, entriesMax: 10, dependsOn: () => [subject] });
  const absent = new RevisionedCache<null>({ feed, entriesMax: 10, dependsOn: () => 'any' });
  const apiKeyPrefixes = async (ids: readonly string[] | null) => {
    keysRead.push(ids);
    return Buffer.alloc(0);
  };
  const known = new KnownKeys({ apiKeyPrefixes }, feed);
  const look = async () => {
    await present.get('key', async () => {
      read.push('present');
      return 'value';
    });
    await absent.get('key', async () => {
      read.push('absent');
      return null;
    });
  };
  await look();
  change({ kind, id: 'other' });
  change(subject);
  read.length = 0;
  await look();
  const cached = READS[kind].some((one) => one === 'cache');
  expect(read).toEqual(cached ? ['present', 'absent'] : []);

  await new Promise((resolve) => setImmediate(resolve));
  const readsKeys = READS[kind].some((one) => one === 'keys');
  expect(keysRead.flat()).toEqual(readsKeys ? ['other', 'subject'] : []);
  present.close();
  absent.close();
  known.close();
});

it('lets caches depend on every kind that can end access, outdate a sandbox or add a key', () => {
  const ends = CHANGE_KINDS.filter((kind) => {
    const { admin, mcp, sandboxes, newKey } = CHANGE_RULES[kind];
    return admin !== null || mcp !== null || sandboxes !== null || newKey;
  });
  expect(ends.filter((kind) => !CHANGE_RULES[kind].cached)).toEqual([]);
  expect(ends.length).toBeGreaterThan(0);
});
