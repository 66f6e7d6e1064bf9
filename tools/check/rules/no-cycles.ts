import { importGraph } from '../import-graph.ts';
import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';

/** No file reaches itself through its imports: what depends on each other cannot be read, tested or split apart. */
export const noCycles: Rule = {
  name: 'no-cycles',
  find(tree) {
    const graph = importGraph(tree);
    const findings: Finding[] = [];
    const state = new Map<SourceFile, 'open' | 'done'>();
    const visit = (file: SourceFile, trail: readonly SourceFile[]) => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        const cycle = [...trail.slice(trail.indexOf(file)), file].map(({ path }) => path);
        findings.push({ file: file.path, message: `imports itself: ${cycle.join(' → ')}` });
        return;
      }
      state.set(file, 'open');
      // A type-only import is erased and cannot make a cycle at run time.
      for (const { to, typeOnly } of graph.get(file) ?? []) if (!typeOnly) visit(to, [...trail, file]);
      state.set(file, 'done');
    };
    for (const file of graph.keys()) visit(file, []);
    return findings;
  },
};
