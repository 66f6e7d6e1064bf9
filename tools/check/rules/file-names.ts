import type { Finding, Rule } from '../rule.ts';

/** Names without information about the contents, so that anything ends up there. */
const DRAWERS = new Set([
  'utils',
  'util',
  'helpers',
  'common',
  'shared',
  'misc',
  'manager',
  'service',
  'types',
  'constants',
]);
const KEBAB = /^[a-z0-9.[\]()_@-]+$/;

/** Files are named after their main export, in kebab-case; drawers do not exist. */
export const fileNames: Rule = {
  name: 'file-names',
  find(tree) {
    const findings: Finding[] = [];
    for (const file of tree.code) {
      const segments = file.path.split('/');
      const drawer = segments.map((segment) => segment.replace(/\..*$/, '')).find((segment) => DRAWERS.has(segment));
      if (drawer)
        findings.push({ file: file.path, message: `"${drawer}" names no content; name it after what it holds` });
      const name = segments.at(-1) ?? '';
      if (!KEBAB.test(name)) findings.push({ file: file.path, message: 'file names are kebab-case' });
    }
    return findings;
  },
};
