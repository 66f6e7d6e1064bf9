import type { Rule } from '../rule.ts';
import type { SourceTree } from '../source-tree.ts';
import { documentLinks } from './documented-paths.ts';

const ENTRY = 'docs/README.md';

/** Every page in `docs/` is found by following links from `docs/README.md`, so that no reader has to know its name. */
export const documentsReachable: Rule = {
  name: 'documents-reachable',
  find(tree) {
    const reached = reachableFrom(ENTRY, tree);
    return tree.files
      .filter(({ path }) => /^docs\/.*\.md$/.test(path) && !reached.has(path))
      .map(({ path }) => ({ file: path, message: `no link leads here from ${ENTRY}` }));
  },
};

/** A link to a folder leads to its README, as hosts of repositories show it. */
function reachableFrom(entry: string, tree: SourceTree): ReadonlySet<string> {
  const pages = new Map(tree.files.filter(({ path }) => path.endsWith('.md')).map((file) => [file.path, file]));
  const reached = new Set<string>();
  const waiting = [entry];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const page = pages.get(at) ?? pages.get(`${at}/README.md`);
    if (page === undefined || reached.has(page.path)) continue;
    reached.add(page.path);
    waiting.push(...documentLinks(page).map(({ target }) => target));
  }
  return reached;
}
