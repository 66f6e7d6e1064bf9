import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Attempts from inside, each with the answers of the isolation layers. */
const ATTEMPTS: Record<string, [body: string, answer: string | RegExp]> = {
  'read /etc/passwd': [`require('fs').readFileSync('/etc/passwd')`, 'ENOENT'],
  'list /proc': [`require('fs').readdirSync('/proc')`, 'ENOENT'],
  'list /sys': [`require('fs').readdirSync('/sys')`, 'ENOENT'],
  'write the root': [`require('fs').writeFileSync('/x', 'x')`, 'EROFS'],
  'write the program': [`require('fs').writeFileSync('/runner/program.cjs', 'x')`, 'EROFS'],
  'replace the egress socket': [`require('fs').unlinkSync('/run/egress.sock')`, 'EROFS'],
  'run a shell': [`require('child_process').execFileSync('/bin/sh', ['-c', 'id'])`, 'ENOENT'],
  'become root': [`process.setuid(0)`, 'EPERM'],
  'see network interfaces': [`require('os').networkInterfaces()`, /ERR_SYSTEM_ERROR|EAFNOSUPPORT/],
  'kill the host': [`process.kill(args.pid, 0)`, 'ESRCH'],
  'open many files': [`for (;;) require('fs').openSync('/node')`, 'EMFILE'],
  'fill the scratch': [
    `for (let i = 0; i < 40; i++) require('fs').writeFileSync('/tmp/f' + i, Buffer.alloc(1 << 20))`,
    'ENOSPC',
  ],
  'write a large file': [
    `const fs = require('fs'); fs.truncateSync(fs.openSync('/tmp/large', 'w'), 1 << 26)`,
    /EFBIG|ERR_|EINVAL|EBADF|ENOSPC|invalid/i,
  ],
};

describe('the isolation of a sandbox', () => {
  let given: GivenHost;
  beforeAll(async () => {
    given = await givenHost();
  });
  afterAll(() => given.close());

  it.each(Object.entries(ATTEMPTS))('a sandbox stops the attempt to %s', async (name, [body, answer]) => {
    const code = toolRunning(
      `try { ${body}; return 'not isolated' } catch (error) { return String(error.code ?? error.message) }`,
    );
    const outcome = await given.call({ code, key: { connectorId: `con_${name}` }, args: { pid: process.pid } });
    if (typeof answer === 'string') expect(textOf(outcome)).toBe(answer);
    else expect(textOf(outcome)).toMatch(answer);
    await given.client.retire({ organizationId: 'org_1', connectorId: `con_${name}` });
  });

  it('a sandbox hides every file of the host, and other sandboxes’ directories', async () => {
    await writeFile(join(given.directory, 'plain.txt'), 'x');
    const code = toolRunning(
      `const fs = require('fs'); return { root: fs.readdirSync('/').sort(), run: fs.readdirSync('/run'), dev: fs.readdirSync('/dev').sort(), host: fs.existsSync(args.path) }`,
    );
    const found = JSON.parse(textOf(await given.call({ code, args: { path: join(given.directory, 'plain.txt') } })));
    expect(found.root.filter((name: string) => !['lib', 'lib64', 'usr'].includes(name))).toEqual([
      'dev',
      'node',
      'run',
      'runner',
      'tmp',
    ]);
    expect(found).toMatchObject({ run: ['egress.sock'], dev: ['null', 'urandom'], host: false });
  });

  it('a sandbox gets no environment and no descriptor of the host', async () => {
    process.env.PLANTED_SECRET = 'planted';
    const code = toolRunning(`
      const fs = require('fs'); const open = [];
      for (let fd = 0; fd < 256; fd++) try { const s = fs.fstatSync(fd); if (s.isSocket() || s.isFile()) open.push(fd) } catch {}
      return { env: Object.keys(process.env).sort(), open }`);
    const found = JSON.parse(textOf(await given.call({ code })));
    delete process.env.PLANTED_SECRET;
    expect(found.env.filter((name: string) => name !== 'PWD')).toEqual(['PATH']);
    expect(found.open.filter((descriptor: number) => descriptor > 3)).toEqual([]);
  });

  it('the host reports complete isolation of its sandboxes', () => {
    expect(given.host.health()).toMatchObject({
      ready: true,
      driver: 'bubblewrap',
      walls: { state: 'complete', missing: [] },
    });
  });

  it('gives each sandbox a uid of its own where the host may', async (context) => {
    skipUnless(context, process.getuid?.() === 0, 'only root can give uids');
    const [one, two] = await Promise.all(
      ['sbx_aaaaaaaaaaaaaaaa1', 'sbx_bbbbbbbbbbbbbbbb2'].map(async (sandboxId) =>
        given.driver.start({
          sandboxId,
          profile: 'runtime',
          programFile: await given.programs.file('runner'),
          mounts: [],
        }),
      ),
    );
    if (!one || !two) throw new Error('two were started');
    const { readFileSync } = await import('node:fs');
    const uids = [one, two].map(({ pid }) => /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    await Promise.all([given.driver.stop(one), given.driver.stop(two)]);
    expect(new Set(uids).size).toBe(2);
    expect(uids).not.toContain('0');
  });
});

describe('a host without isolation layers', () => {
  it('a host without an isolation layer refuses every connector and names the missing layer', async () => {
    const broken = await givenHost({
      makeDriver: () =>
        ({
          name: 'broken',
          removeLeftovers: async () => {},
          probe: async () => ({
            isolation: { state: 'missing', missing: ['seccomp filter'] },
            limits: { state: 'full', reasons: [] },
          }),
        }) as never, // a driver that is never asked to start
    });
    try {
      await expect(broken.call({ code: toolRunning('return 1') })).rejects.toMatchObject({
        code: 'sandbox.walls_missing',
      });
      expect(await broken.client.supervisors()).toMatchObject([
        { state: 'refusing', health: { ready: false, walls: { missing: ['seccomp filter'] } } },
      ]);
    } finally {
      await broken.close();
    }
  });
});
