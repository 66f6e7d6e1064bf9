import path from 'node:path';
import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';

const LINK = /\]\(([^)\s#]+)(?:#[^)]*)?\)/g;
const QUOTED = /`((?:apps|docs|examples|infra|packages|prisma|scripts|test|tools\/check)\/[\w./-]*[\w-])\/?`/g;
/** In the README of an app or package, a path below these folders is one of its own. */
const OWN_QUOTED = /`((?:scripts|src|templates|test)\/[\w./-]*[\w-])\/?`/g;
const OWN_README = /^((?:apps|packages)\/[^/]+)\/README\.md$/;

/** Documents point to files and folders that exist: relative links, and paths of the repository between backticks. */
export const documentedPaths: Rule = {
  name: 'documented-paths',
  find(tree) {
    const known = new Set<string>();
    for (const { path: file } of tree.files) {
      for (let at = file; at !== '.' && !known.has(at); at = path.posix.dirname(at)) known.add(at);
    }
    return tree.files.filter(({ path: file }) => file.endsWith('.md')).flatMap((file) => findInFile(file, known));
  },
};

/** Paths in the repository that a Markdown file links to, with the line of each. */
export function documentLinks(file: SourceFile): { readonly line: number; readonly target: string }[] {
  return file.text.split('\n').flatMap((text, index) =>
    [...text.matchAll(LINK)]
      .map((match) => match[1] ?? '')
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((link) => ({
        line: index + 1,
        target: path.posix.join(path.posix.dirname(file.path), link).replace(/\/$/, ''),
      })),
  );
}

function findInFile(file: SourceFile, known: ReadonlySet<string>): Finding[] {
  return [...documentLinks(file), ...quotedPaths(file)]
    .filter(({ target }) => !known.has(target))
    .map(({ line, target }) => ({ file: file.path, line, message: `there is no ${target}` }));
}

function quotedPaths(file: SourceFile): { readonly line: number; readonly target: string }[] {
  const own = OWN_README.exec(file.path)?.[1];
  const pattern = own === undefined ? QUOTED : OWN_QUOTED;
  return file.text.split('\n').flatMap((text, index) =>
    [...text.matchAll(pattern)].map(([, quoted = '']) => ({
      line: index + 1,
      target: own === undefined ? quoted : path.posix.join(own, quoted),
    })),
  );
}
