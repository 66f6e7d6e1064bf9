import path from 'node:path';
import { findCircles } from '../circles.ts';
import type { Finding, Rule } from '../rule.ts';
import type { SourceTree } from '../source-tree.ts';

/** Where folders are stages of something: one that imports what imports it is not a stage any more. */
const ROOTS = ['apps/gateway/src', 'apps/supervisor/src', 'apps/worker/src', 'packages/domain/src'];

/** One import of a folder by another, with the first file that contains it. */
interface Arrow {
  readonly to: string;
  readonly file: string;
  readonly line: number;
}

/** No folder reaches itself through the imports of its files. Types count: they are what a reader has to know first. */
export const folderCycles: Rule = {
  name: 'folder-cycles',
  find: (tree) =>
    ROOTS.flatMap((root) => {
      const arrows = arrowsBelow(tree, root);
      return findCircles(arrows.keys(), (folder) => arrows.get(folder) ?? []).map(
        ({ edge: { file, line }, nodes }): Finding => ({
          file,
          line,
          message: `folders import in a circle: ${nodes.join(' → ')}`,
        }),
      );
    }),
};

/** The arrows by folder. Files of `root` itself put its folders together and belong to none of them. */
function arrowsBelow(tree: SourceTree, root: string): ReadonlyMap<string, readonly Arrow[]> {
  const arrows = new Map<string, Arrow[]>();
  for (const file of tree.code) {
    const from = path.posix.dirname(file.path);
    if (!from.startsWith(`${root}/`) || file.isTest) continue;
    for (const { specifier, line } of file.syntax.references) {
      if (!specifier.startsWith('.')) continue;
      const to = path.posix.dirname(path.posix.join(from, specifier));
      const known = arrows.get(from) ?? [];
      if (to === from || known.some((arrow) => arrow.to === to)) continue;
      arrows.set(from, [...known, { to, file: file.path, line }]);
    }
  }
  return arrows;
}
