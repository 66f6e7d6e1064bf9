import os from 'node:os';
import type { Finding, Rule } from '../rule.ts';

/** Places of one person's machine: home directories of any system. */
const HOMES = /(?<![\w./-])\/(?:home|Users)\/[a-z][\w.-]*\/|(?<![\w.])[A-Z]:\\Users\\/;
const LOCKFILES = /(^|\/)(pnpm-lock\.yaml|package-lock\.json)$/;
const ADDRESS = /\b(?:https?:\/\/|tarball:)/;

/**
 * The repository works in any directory of any machine and installs from any registry: it names neither the checkout
 * it was written in nor where a package was downloaded from.
 */
export const noMachinePaths: Rule = {
  name: 'no-machine-paths',
  find(tree) {
    const findings: Finding[] = [];
    const here = [tree.root, os.homedir()].filter((place) => place.split('/').length > 2);
    for (const file of tree.files) {
      const isLockfile = LOCKFILES.test(file.path);
      const isExempt = file.path.startsWith('tools/check/');
      if (isExempt || (!isLockfile && !HOMES.test(file.text) && !here.some((place) => file.text.includes(place))))
        continue;
      file.text.split('\n').forEach((text, index) => {
        const line = index + 1;
        if (isLockfile && ADDRESS.test(text))
          findings.push({ file: file.path, line, message: 'the lockfile names a download host' });
        if (HOMES.test(text) || here.some((place) => text.includes(place))) {
          findings.push({ file: file.path, line, message: 'an absolute path of one machine' });
        }
      });
    }
    return findings;
  },
};
