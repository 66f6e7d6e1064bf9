import type { Rule } from './rule.ts';
import { SourceTree } from './source-tree.ts';

/** For tests: the objections of a rule to these files, as `file:line message`. */
export async function objections(
  rule: Rule,
  files: Readonly<Record<string, string>>,
  root?: string,
): Promise<string[]> {
  const found = await rule.find(SourceTree.of(files, root));
  return found.map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`} ${message}`);
}
