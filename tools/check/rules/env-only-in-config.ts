import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { dottedName, walk } from '../syntax.ts';

/** Start scripts and tool settings live outside every app; the probe looks at what a sandbox gets to see. */
const OUTSIDE = /^(scripts|tools|bench|infra|\.ci)\/|^packages\/probe\/src\/|(^|\/)config\.ts$|\.config\.(ts|mjs|js)$/;

/** The environment is parsed once per app, in its `config.ts`; everything else gets typed values passed down. */
export const envOnlyInConfig: Rule = {
  name: 'env-only-in-config',
  find(tree) {
    return tree.code.filter((file) => !file.isTest && !OUTSIDE.test(file.path)).flatMap(findInFile);
  },
};

function findInFile(file: SourceFile): Finding[] {
  if (!/\benv\b/.test(file.text)) return [];
  const findings: Finding[] = [];
  walk(file.syntax.program, (node, ancestors) => {
    if (node.type !== 'MemberExpression' || !['process.env', 'globalThis.process.env'].includes(dottedName(node)))
      return;
    // `main.ts` passes the environment to its config and never looks inside.
    const parent = ancestors.at(-1);
    if (parent?.type === 'CallExpression' && /^load\w*Config$/.test(dottedName(parent.callee))) return;
    findings.push({ file: file.path, line: file.syntax.lineAt(node.start), message: 'process.env outside config.ts' });
  });
  for (const reference of file.syntax.references) {
    if (!/^(node:)?process$/.test(reference.specifier) || !reference.names.includes('env')) continue;
    findings.push({ file: file.path, line: reference.line, message: 'env of node:process outside config.ts' });
  }
  return findings;
}
