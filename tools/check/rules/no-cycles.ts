import { findCircles } from '../circles.ts';
import { importGraph } from '../import-graph.ts';
import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';

/** No file reaches itself through its imports: what depends on each other cannot be read, tested or split apart. */
export const noCycles: Rule = {
  name: 'no-cycles',
  find(tree) {
    const graph = importGraph(tree);
    // A type-only import is erased and cannot make a cycle at run time.
    const imports = (file: SourceFile) => (graph.get(file) ?? []).filter(({ typeOnly }) => !typeOnly);
    return findCircles(graph.keys(), imports).map(
      ({ edge, nodes }): Finding => ({
        file: edge.to.path,
        message: `imports itself: ${nodes.map(({ path }) => path).join(' → ')}`,
      }),
    );
  },
};
