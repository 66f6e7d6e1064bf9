import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { echoVersion, temporaryDirectory, withPlatform } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

/** Outside of the checkout, so that no installation is found above it. */
const cwd = await temporaryDirectory('policies');
const here = withPlatform({}, async ({ given, origin }) => {
  const organization = await given.organization('acme');
  await given.live(organization, 'echo', echoVersion('one'));
  const adminKey = await given.apiKey(organization, organization.owner, 'admin');
  return { environment: { PATCHBAY_ORIGIN: origin, PATCHBAY_API_KEY: adminKey } };
});

const patchbay = (...args: string[]) => runCli(['policies', ...args], { cwd, environment: here.environment });
const file = (name: string) => path.join(cwd, name);
const write = (name: string, content: unknown) => writeFile(file(name), JSON.stringify(content));
const blocked = { name: 'no removing', effect: 'blocked', when: { tools: ['remove'] } };

describe('policies as a file', () => {
  it.each([
    ['missing.json', undefined, 'there is no such file'],
    ['list.json', [blocked], 'expected object'],
    ['effect.json', { policies: [{ ...blocked, effect: 'ask' }] }, 'policies[0].effect'],
    ['twice.json', { policies: [blocked, blocked] }, 'two policies have the name “no removing”'],
  ])('the file %s is refused with its fault', async (name, content, fault) => {
    if (content !== undefined) await write(name, content);
    const { code, stderr } = await patchbay('plan', name, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'cli.bad_policy_file' } });
    expect(stderr).toContain(fault);
  });

  it('a condition that the installation refuses changes nothing', async () => {
    await write('faulty.json', { policies: [{ ...blocked, when: { arguments: [{ path: 'a', max: 1 }] } }] });
    const { code, stderr } = await patchbay('apply', 'faulty.json', '--yes', '--json');
    expect(code).toBe(1);
    expect(stderr).toContain('policy.invalid');
    expect((await patchbay('list')).stdout).toContain('There is no policy');
  });

  it('a plan shows what changes, whether it only narrows, and the simplest call that it newly allows', async () => {
    await write('policies.json', { policies: [blocked] });
    const narrow = await patchbay('plan');
    expect(narrow.stdout).toContain('+ no removing');
    expect(narrow.stdout).toContain('The change only narrows');
    expect(narrow.stdout).toContain('echo/mark');
    await write('policies.json', { policies: [{ ...blocked, effect: 'always_allow' }] });
    const { stdout } = await patchbay('plan', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      revision: 0,
      comparison: {
        kind: 'loosens',
        call: { connector: 'echo', tool: 'remove' },
        before: { effect: 'needs_approval' },
      },
    });
  });

  it('applied policies are in force, listed in words, and pulled as the same file', async () => {
    await write('policies.json', { policies: [blocked] });
    const refused = await patchbay('apply', '--json');
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'cli.not_confirmed' } });
    expect((await patchbay('apply', '--yes')).stdout).toContain('in force, as revision 1');
    expect((await patchbay('apply', '--yes')).stdout).toContain('in force already');
    expect((await patchbay('list')).stdout).toContain('blocks calls of tools named remove');
    await patchbay('pull', 'pulled.json');
    expect(JSON.parse(await readFile(file('pulled.json'), 'utf8'))).toEqual({ policies: [blocked] });
  });
});
