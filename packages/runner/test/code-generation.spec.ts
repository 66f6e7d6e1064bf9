import { skipUnless } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

let given: GivenHost;
beforeAll(async () => {
  if (hasBubblewrap) given = await givenHost({ poolSize: 1 });
});
afterAll(() => given?.close());

/** Every form of dynamic code evaluation that does not load a module of Node for it. */
const WAYS = `
  const ways = {
    eval: () => eval('1'),
    indirect: () => (0, eval)('1'),
    Function: () => new Function('return 1')(),
    constructor: () => (() => {}).constructor('return 1')(),
    async: () => (async () => {}).constructor('return 1'),
    generator: () => (function* () {}).constructor('yield 1'),
  };
  return Object.entries(ways).flatMap(([name, way]) => { try { way(); return [name]; } catch { return []; } });`;

const LEGACY_SCHEMA = `
  const { z } = require('zod');
  return z.object({ text: z.string().email(), more: z.array(z.object({ n: z.number() })) })
    .safeParse({ text: 'ada@example.com', more: [{ n: 1 }] }).success;`;

describe('code made from text', () => {
  it('refuses every way of dynamic code evaluation to a connector', async () => {
    expect(JSON.parse(textOf(await given.call({ code: toolRunning(WAYS) })))).toEqual([]);
  });

  it('schemas of the runner parse without dynamic code evaluation', async () => {
    expect(textOf(await given.call({ code: toolRunning(LEGACY_SCHEMA) }))).toBe('true');
  });

  it('a connector that may evaluate code dynamically does so, and never comes out of the pool', async () => {
    await given.host.warm();
    const before = given.host.health().pool.taken;
    const outcome = await given.call({ code: toolRunning(`/* may */ ${WAYS}`), codeGeneration: true });
    expect(JSON.parse(textOf(outcome))).toHaveLength(6);
    expect(given.host.health().pool.taken).toBe(before);
  });
});
