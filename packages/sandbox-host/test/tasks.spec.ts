import { chmod, mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { newId } from '@patchbay/foundation';
import type { BuildTask, JsonObject } from '@patchbay/sandbox-protocol';
import { skipUnless, temporaryDirectory } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { TASK_PROGRAM } from '@patchbay/testing/hosts/given-hosts';
import { afterAll, beforeAll, expect } from 'vitest';
import { PlainDriver } from '../src/drivers/plain-driver.ts';
import { prepareToolchain } from '../src/programs/toolchain.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const task = (input: JsonObject, given: Partial<BuildTask> = {}): BuildTask => ({
  id: newId('task'),
  organizationId: 'org_1',
  program: 'build',
  input,
  files: Buffer.from('abc'),
  deadlineMs: 20_000,
  egress: [],
  ...given,
});

const sources = { build: TASK_PROGRAM };

describe('a build task', () => {
  let given: GivenHost;
  let toolchainParent: string;
  beforeAll(async () => {
    toolchainParent = await mkdtemp('/var/tmp/patchbay-toolchain-');
    await chmod(toolchainParent, 0o711); // sandboxes have other uids
    given = await givenHost({ sources, toolchainDirectory: () => prepareToolchain(toolchainParent) });
  });
  afterAll(async () => {
    await given.close();
    await rm(toolchainParent, { recursive: true, force: true });
  });

  it.each([
    ['throws', { what: 'throw' }, 'sandbox.task_failed', 'the program gave up'],
    ['ends without a result', { what: 'exit' }, 'sandbox.task_crashed', undefined],
  ])('a build task that %s is answered with its reason', async (_what, input, code, detail) => {
    await expect(given.client.runTask(task(input))).rejects.toMatchObject({ code, ...(detail && { detail }) });
  });

  it('a build task that hangs is stopped at its deadline', async () => {
    const answer = given.client.runTask(task({ what: 'hang' }, { deadlineMs: 500 }));
    await expect(answer).rejects.toMatchObject({ code: 'sandbox.task_timeout' });
  });

  it('a build task has no network, no /proc and no store that was not given', async () => {
    const { result } = await given.client.runTask(task({ what: 'fetch' }));
    expect(result).toEqual({ network: 'ENETUNREACH' });
    expect((await given.client.runTask(task({}))).result).toMatchObject({ pid: 1, proc: false, store: false });
  });

  it('a build task takes files and input, reports progress, and answers with files', async () => {
    const progress: JsonObject[] = [];
    const outcome = await given.client.runTask(task({ a: 1 }), { onProgress: (value) => progress.push(value) });
    expect(outcome.result).toMatchObject({ bytes: 3, given: { a: 1 } });
    expect(Buffer.from(outcome.files ?? []).toString()).toBe('cba');
    expect(progress).toEqual([{ step: 'read' }]);
    expect(outcome.usage.wallMs).toBeGreaterThan(0);
  });

  it('a build task runs the type checker and the bundler inside the filter, without /proc', async () => {
    const { result } = await given.client.runTask(task({ what: 'compile' }));
    expect(result.output).toMatch(/index\.ts\(1,7\): error TS2322/);
    expect(result.bundle).toContain('var count = "one"');
  });
});

describe('the compilers of build tasks', () => {
  it('removes compilers that are unused for days, and the remains of a killed supervisor', async () => {
    const parent = await temporaryDirectory();
    const at = (name: string) => join(parent, 'toolchain', name);
    for (const name of ['before', 'before.half', 'present.half']) await mkdir(at(name), { recursive: true });
    const longAgo = new Date(Date.now() - 3 * 24 * 60 * 60 * 1000);
    for (const name of ['before', 'before.half']) await utimes(at(name), longAgo, longAgo);
    const made = await prepareToolchain(parent);
    expect((await readdir(at('.'))).sort()).toEqual([basename(made), 'present.half'].sort());
  });
});

describe('without isolation, for `patchbay dev`', () => {
  let given: GivenHost;
  beforeAll(async () => {
    given = await givenHost({ sources, makeDriver: () => new PlainDriver(process.execPath) });
  });
  afterAll(() => given.close());

  it('a host without isolation reports that, and still refuses undeclared destinations', async () => {
    await expect
      .poll(() => given.client.supervisors())
      .toMatchObject([{ state: 'serving', health: { ready: true, driver: 'plain', walls: { state: 'off' } } }]);
    const code = toolRunning(`return { status: (await fetch('https://example.com/')).status }`);
    expect(JSON.parse(textOf(await given.call({ code })))).toEqual({ status: 403 });
  });

  it('a host without isolation runs the same connectors and the same build programs', async () => {
    expect(textOf(await given.call({ code: toolRunning('return args.text'), args: { text: 'plain' } }))).toBe('plain');
    expect((await given.client.runTask(task({ a: 1 }))).result).toMatchObject({ bytes: 3 });
  });
});
