import { describe, expect, it } from 'vitest';
import { peerUri, readPeerName } from './peer-name.ts';

describe('readPeerName', () => {
  it.each([
    ['no alternative name', undefined],
    ['an empty alternative name', ''],
    ['a host name', 'DNS:urn:patchbay:supervisor:a'],
    ['an unknown role', 'URI:urn:patchbay:admin:a'],
    ['a role in another case', 'URI:urn:patchbay:Supervisor:a'],
    ['no id', 'URI:urn:patchbay:supervisor:'],
    ['an id with a suffix', 'URI:urn:patchbay:supervisor:a:b'],
    ['an id that ends in a hyphen', 'URI:urn:patchbay:supervisor:a-'],
    ['an id of 64 characters', `URI:urn:patchbay:supervisor:${'a'.repeat(64)}`],
    ['a line break', 'URI:urn:patchbay:supervisor:a\n'],
    ['a name inside another', 'URI:https://evil.example/URI:urn:patchbay:supervisor:a'],
    ['a second name', 'URI:urn:patchbay:supervisor:a, DNS:a.example'],
    ['two names of ours', 'URI:urn:patchbay:gateway:a, URI:urn:patchbay:supervisor:a'],
    ['a quoted name, as Node prints one with a comma', 'URI:"urn:patchbay:supervisor:a, b"'],
  ])('a certificate with %s names no peer', (_what, text) => {
    expect(readPeerName(text)).toBeNull();
  });

  it.each([
    { role: 'supervisor', id: 'a' },
    { role: 'gateway', id: 'eu-1' },
    { role: 'worker', id: 'a'.repeat(63) },
  ] as const)('reads the name of a peer that peerUri wrote: $role', (name) => {
    expect(readPeerName(`URI:${peerUri(name)}`)).toEqual(name);
  });
});
