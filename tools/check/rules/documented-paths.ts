import path from 'node:path';
import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';

const LINK = /\]\(([^)\s#]+)(?:#[^)]*)?\)/g;
const QUOTED = /`((?:apps|docs|examples|infra|packages|prisma|scripts|test|tools\/check)\/[\w./-]*[\w-])\/?`/g;

/** Papers point to files and folders that exist: relative links, and paths of the repository between backticks. */
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

function findInFile(file: SourceFile, known: ReadonlySet<string>): Finding[] {
  return file.text.split('\n').flatMap((text, index) => {
    const links = [...text.matchAll(LINK)].map((match) => match[1] ?? '').filter((link) => !/^[a-z]+:/.test(link));
    const targets = links.map((link) => path.posix.join(path.posix.dirname(file.path), link).replace(/\/$/, ''));
    const quoted = [...text.matchAll(QUOTED)].map((match) => match[1] ?? '');
    return [...targets, ...quoted]
      .filter((target) => !known.has(target))
      .map((target) => ({ file: file.path, line: index + 1, message: `there is no ${target}` }));
  });
}
