import { resolveSpecifier, workspacePackages } from '../packages.ts';
import type { Finding, Rule } from '../rule.ts';
import type { SourceTree } from '../source-tree.ts';

/** No file reaches itself through its imports: what depends on each other cannot be read, tested or split apart. */
export const noCycles: Rule = {
  name: 'no-cycles',
  find(tree) {
    const graph = importGraph(tree);
    const findings: Finding[] = [];
    const state = new Map<string, 'open' | 'done'>();
    const visit = (file: string, trail: readonly string[]) => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        const cycle = [...trail.slice(trail.indexOf(file)), file];
        findings.push({ file, message: `imports itself: ${cycle.join(' → ')}` });
        return;
      }
      state.set(file, 'open');
      for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
      state.set(file, 'done');
    };
    for (const file of graph.keys()) visit(file, []);
    return findings;
  },
};

/** File → the files it loads. Type-only imports are erased and cannot make a cycle at run time. */
function importGraph(tree: SourceTree): ReadonlyMap<string, readonly string[]> {
  const packages = workspacePackages(tree);
  const known = new Set(tree.code.map((file) => file.path));
  const graph = new Map<string, string[]>();
  for (const file of tree.code) {
    const loads: string[] = [];
    for (const reference of file.syntax.references) {
      if (reference.typeOnly) continue;
      const target = resolveSpecifier(file, reference.specifier, packages);
      const candidates =
        target.kind === 'file' ? fileCandidates(target.path) : target.kind === 'package' ? doors(target) : [];
      const found = candidates.find((candidate) => known.has(candidate));
      if (found) loads.push(found);
    }
    graph.set(file.path, loads);
  }
  return graph;
}

function fileCandidates(path: string): readonly string[] {
  return [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`, path.replace(/\.js$/, '.ts')];
}

function doors(target: { folder: string; entry: string }): readonly string[] {
  const base = `${target.folder}/src${target.entry === '' ? '' : `/${target.entry}`}`;
  return [`${base}/index.ts`, `${base}.ts`];
}
