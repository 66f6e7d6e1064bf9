import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseForKey, chooseForTask, type HostView } from './choose-host.ts';

const host = (hostId: string, given: Partial<HostView> = {}): HostView => ({
  hostId,
  state: 'serving',
  takesTasks: true,
  inFlight: 0,
  ...given,
});
const HOSTS = ['a', 'b', 'c', 'd', 'e'].map((id) => host(id));
const KEYS = Array.from({ length: 5_000 }, (_, index) => `["org_${index % 7}","con_${index}","ver_1",1,""]`);
const places = (hosts: readonly HostView[]) => new Map(KEYS.map((key) => [key, chooseForKey(hosts, key)?.hostId]));

describe('chooseForKey', () => {
  it('finds no host for a key among no hosts and among hosts that leave', () => {
    expect(chooseForKey([], 'key')).toBeNull();
    expect(chooseForKey([host('a', { state: 'leaving' })], 'key')).toBeNull();
  });

  it('chooses a host that refuses only when no host serves', () => {
    const refusing = host('a', { state: 'refusing' });
    expect(chooseForKey([refusing, host('b', { state: 'leaving' })], 'key')).toBe(refusing);
    for (const key of KEYS.slice(0, 50)) expect(chooseForKey([refusing, host('b')], key)?.hostId).toBe('b');
  });

  it('moves the keys of a lost host and no others, and spreads them over all hosts that are left', () => {
    const before = places(HOSTS);
    const after = places(HOSTS.filter(({ hostId }) => hostId !== 'c'));
    const moved = KEYS.filter((key) => before.get(key) !== after.get(key));
    expect(moved.every((key) => before.get(key) === 'c')).toBe(true);
    expect(moved).toHaveLength([...before.values()].filter((id) => id === 'c').length);
    expect(new Set(moved.map((key) => after.get(key)))).toEqual(new Set(['a', 'b', 'd', 'e']));
  });

  it('gives a host that returns exactly its own keys, and a new host no key of another', () => {
    const before = places(HOSTS);
    expect(places([...HOSTS].reverse())).toEqual(before);
    const wider = places([...HOSTS, host('f')]);
    for (const key of KEYS) expect([before.get(key), 'f']).toContain(wider.get(key));
  });

  it('gives every host its share of the keys, within a fifth', () => {
    const counts = Map.groupBy(places(HOSTS).values(), (id) => id);
    const share = KEYS.length / HOSTS.length;
    for (const ids of counts.values()) expect(Math.abs(ids.length - share)).toBeLessThan(share / 5);
    expect(counts.size).toBe(HOSTS.length);
  });

  it('chooses the same host for a key whatever the order of the hosts', () => {
    fc.assert(
      fc.property(fc.string(), fc.shuffledSubarray(HOSTS, { minLength: 1 }), (key, hosts) => {
        const chosen = chooseForKey(hosts, key);
        expect(chosen).not.toBeNull();
        expect(chooseForKey([...hosts].reverse(), key)).toBe(chosen);
      }),
    );
  });
});

describe('chooseForTask', () => {
  it('never chooses a host without the package store, or one that leaves, for a build task', () => {
    expect(chooseForTask([host('a', { takesTasks: false }), host('b', { state: 'leaving' })])).toBeNull();
  });

  it('chooses the least busy host for a build task, or else one that refuses with a reason', () => {
    const hosts = [host('a', { inFlight: 2 }), host('b', { inFlight: 1 }), host('c', { inFlight: 1 })];
    expect(chooseForTask(hosts)?.hostId).toBe('b');
    expect(chooseForTask([host('d', { state: 'refusing' })])?.hostId).toBe('d');
  });
});
