import { describe, expect, it } from 'vitest';
import { keepMissing, readEntries } from './registry-entry.ts';

describe('readEntries', () => {
  it.each([
    ['an id that ran out', 'a', null],
    ['an address without a port', 'a', '10.0.0.1'],
    ['a port beyond the last', 'a', '10.0.0.1:65536'],
    ['a URL', 'a', 'https://10.0.0.1:443'],
    ['a path to a socket', 'a', '/run/supervisor.sock'],
    ['something behind the port', 'a', '10.0.0.1:7443/x'],
    ['an id that is none', 'A b', '10.0.0.1:7443'],
    ['an id of another key', '../a:b', '10.0.0.1:7443'],
  ])('the registry of hosts leaves out %s', (_what, id, address) => {
    expect(readEntries([id], [address])).toEqual([]);
  });

  it('the registry of hosts reads names and addresses of both kinds', () => {
    expect(readEntries(['c', 'b', 'a'], ['[fd00::5]:7443', 'sandbox-1.internal:7443', '10.0.0.1:1'])).toEqual([
      { id: 'c', host: 'fd00::5', port: 7443 },
      { id: 'b', host: 'sandbox-1.internal', port: 7443 },
      { id: 'a', host: '10.0.0.1', port: 1 },
    ]);
  });
});

describe('keepMissing', () => {
  const at = (id: string, port: number) => ({ id, host: '10.0.0.1', port });

  it('forgets a host that removed its id from the registry, and one that was never found', () => {
    expect(keepMissing([at('a', 1)], ['b'], [])).toEqual([]);
  });

  it('keeps a silent host of the registry at its last address, and accepts a new address', () => {
    expect(keepMissing([at('a', 1), at('b', 1)], ['b', 'a', 'c'], [at('c', 3), at('b', 2)])).toEqual([
      at('a', 1),
      at('b', 2),
      at('c', 3),
    ]);
  });
});
