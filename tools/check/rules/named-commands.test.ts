// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the fixtures are code, and that is what the rule looks for
import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { type CommandShape, namedCommands } from './named-commands.ts';

describe('named-commands', () => {
  const command = (name: string, options: string[] = [], commands: readonly CommandShape[] = []): CommandShape => ({
    name,
    options,
    commands,
  });
  const secrets = command('secrets', [], [command('set', ['--connector'])]);
  const rule = namedCommands(async () =>
    command('patchbay', ['--json'], [command('logs', ['-f', '--follow']), secrets]),
  );
  const root = { 'package.json': '{"scripts":{"reset":"x"}}' };

  it.each([
    ['`patchbay log NAME`', 'there is no command patchbay log'],
    ['    npx patchbay logs weather --tail', 'patchbay logs has no option --tail'],
    ['`patchbay secrets` lists', 'patchbay secrets does nothing by itself'],
    ['npx --yes ORIGIN/-/downloads/cli.tgz start x', 'there is no command patchbay start'],
    ['Run `npm run clean`.', 'package.json has no script clean'],
  ])('refuses a document with the command %s', async (text, message) => {
    expect(await objections(rule, { ...root, 'docs/a.md': text })).toEqual([`docs/a.md:1 ${message}`]);
  });

  it('refuses unknown commands in messages of the code too', async () => {
    const files = { ...root, 'packages/sdk/src/a.ts': 'throw new Error(`Set it with: patchbay secret set ${name}`);' };
    expect(await objections(rule, files)).toEqual(['packages/sdk/src/a.ts:1 there is no command patchbay secret']);
  });

  it('accepts existing commands, their arguments, and the name patchbay in a sentence', async () => {
    const text = [
      '`patchbay logs weather -f --json`, `patchbay secrets set API_KEY --connector x < key.txt`, `patchbay --help`',
      'The name patchbay on the public registry belongs to someone else. `npm run reset -- --yes`',
    ].join('\n');
    expect(await objections(rule, { ...root, 'docs/a.md': text })).toEqual([]);
  });
});
