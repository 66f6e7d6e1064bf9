import { describe, expect, it } from 'vitest';
import { type KeptBuild, KeptBuilds } from './kept-builds.ts';

const MIB = 1024 * 1024;
const build = (bytes: number): KeptBuild => ({ artifact: Buffer.alloc(bytes), output: {}, lines: [] });

describe('the kept builds of a worker', () => {
  it('a kept build is not returned for another version, and once for its own', () => {
    const builds = new KeptBuilds();
    const kept = build(1);
    builds.keep('ver_a', kept);
    expect(builds.take('ver_b')).toBeUndefined();
    expect(builds.take('ver_a')).toBe(kept);
    expect(builds.take('ver_a')).toBeUndefined();
  });

  it('kept builds hold at most 64 MiB: the oldest are forgotten, and a build kept twice counts once', () => {
    const builds = new KeptBuilds();
    builds.keep('ver_a', build(30 * MIB));
    builds.keep('ver_a', build(30 * MIB));
    builds.keep('ver_b', build(30 * MIB));
    builds.keep('ver_c', build(30 * MIB));
    expect(builds.take('ver_a')).toBeUndefined();
    expect([builds.take('ver_b'), builds.take('ver_c')].map((kept) => kept?.artifact.byteLength)).toEqual([
      30 * MIB,
      30 * MIB,
    ]);
  });
});
