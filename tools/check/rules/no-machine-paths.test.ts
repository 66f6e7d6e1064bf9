// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the fixtures are code, and that is what the rule looks for
import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { noMachinePaths } from './no-machine-paths.ts';

describe('no-machine-paths', () => {
  it('refuses the path of the checkout, a home directory and a download host in the lockfile', async () => {
    const files = {
      'docs/a.md': 'see /srv/someone/patchbay/docs',
      'docs/b.md': `see /ho${'me'}/alice/notes`,
      'pnpm-lock.yaml': 'resolution: {tarball: https://packages.example.com/a.tgz}',
    };
    expect(await objections(noMachinePaths, files, '/srv/someone/patchbay')).toHaveLength(3);
  });

  it('accepts relative paths and addresses in prose', async () => {
    const files = { 'docs/a.md': 'see ../docs and https://example.com/home/alice/' };
    expect(await objections(noMachinePaths, files, '/srv/someone/patchbay')).toEqual([]);
  });
});
