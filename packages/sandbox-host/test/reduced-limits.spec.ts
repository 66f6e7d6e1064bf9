/** The fallbacks for cgroups where the supervisor may create none. */
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
import { PROFILES } from '../src/bounds/limits.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const BUFFERS = `const hoard = []; for (let i = 0; i < 60; i++) { hoard.push(Buffer.alloc(8 << 20, 1)); await new Promise((next) => setTimeout(next, 10)); } return hoard.length + ' buffers'`;

describe('a host without cgroups', () => {
  let given: GivenHost;
  beforeAll(async () => {
    given = await givenHost({ without: ['cgroups'] });
  });
  afterAll(() => given.close());

  it('a host without cgroups reports reduced limits, and still runs connectors', async () => {
    expect(given.host.health()).toMatchObject({
      ready: true,
      walls: { state: 'complete' },
      limits: { state: 'reduced', reasons: expect.arrayContaining(['cgroups are switched off']) },
    });
    expect(textOf(await given.call({ code: toolRunning(`return 'ok'`) }))).toBe('ok');
  });

  it('ends a sandbox whose memory outside of the heap passes the bound, names it, and informs the author', async () => {
    const key = { connectorId: 'con_buffers' };
    await expect(given.call({ code: toolRunning(BUFFERS), key })).rejects.toMatchObject({
      code: 'sandbox.out_of_memory',
      detail: expect.stringContaining('160 MiB'),
    });
    expect(
      given.logs.find((line) => line.key.connectorId === 'con_buffers' && line.source === 'platform')?.text,
    ).toMatch(/^sandbox\.out_of_memory: It has 160 MiB/);
  });

  it('ends a sandbox that keeps too many files, however small, and names the bound', async () => {
    const code = toolRunning(
      `for (let i = 0; ; i++) { require('node:fs').writeFileSync('/tmp/' + i, ''); if (i % 500 === 0) await new Promise((next) => setImmediate(next)); }`,
    );
    await expect(given.call({ code, key: { connectorId: 'con_files' } })).rejects.toMatchObject({
      code: 'sandbox.files_exceeded',
      detail: expect.stringContaining('16384 files'),
    });
  });

  it('reads the memory of sandboxes and ends none that stays below the bound', async () => {
    const code = toolRunning(
      `globalThis.hoard = Buffer.alloc(64 << 20, 1); await new Promise((next) => setTimeout(next, 400)); return 'alive'`,
    );
    expect(textOf(await given.call({ code }))).toBe('alive');
  });

  it('refuses processes of a sandbox above the bound', async () => {
    const code = toolRunning(`
      const { spawn } = require('node:child_process'); const children = []; let refused = '';
      for (let i = 0; i < 60 && !refused; i++) await new Promise((next) => {
        const child = spawn('/node', ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
        child.on('spawn', () => { children.push(child); next(); }).on('error', (error) => { refused = error.code; next(); }); });
      for (const child of children) child.kill('SIGKILL');
      return { started: children.length, refused };`);
    const found = JSON.parse(textOf(await given.call({ code, deadlineMs: 20_000 })));
    expect(found.refused).toBe('EAGAIN');
    expect(found.started).toBeLessThan(PROFILES.runtime.processes);
  });
});

describe('a host that demands full limits', () => {
  it('a host that requires full limits runs nothing where they are reduced', async () => {
    const given = await givenHost({ without: ['cgroups'], requireFullLimits: true });
    try {
      expect(given.host.health()).toMatchObject({ ready: false, limits: { state: 'reduced' } });
      await expect(given.call({ code: toolRunning(`return 1`) })).rejects.toMatchObject({
        code: 'sandbox.limits_reduced',
        data: { reasons: expect.arrayContaining([expect.stringMatching(/cgroups/)]) },
      });
    } finally {
      await given.close();
    }
  });
});
