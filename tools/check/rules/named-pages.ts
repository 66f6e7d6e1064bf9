import type { Finding, Rule } from '../rule.ts';
import type { SourceFile, SourceTree } from '../source-tree.ts';
import { isComment, textsForPeople } from '../texts-for-people.ts';

const ROUTES = /^apps\/dashboard\/src\/app\/(?:(.*)\/)?page\.tsx$/;
/** A path of the dashboard; a segment in braces or brackets matches any name. */
const MENTION = /(?<![\w.])\/dashboard((?:\/(?:\$?\{[^}]*\}|\[[^\]]*\]|[\w~-]+))*)(?![\w-])/g;
const HINT = /\bdashboard\b(?!\.log)/i;
const NAMES_PAGE = /\/dashboard\b|PAGES\b/;

/** Texts that send people to the dashboard name the page, by a path that one of its routes answers. */
export const namedPages: Rule = {
  name: 'named-pages',
  find(tree) {
    const routes = routesOf(tree);
    return textsForPeople(tree).flatMap((file) => [...unknownPages(file, routes), ...unnamedPages(file)]);
  },
};

function routesOf(tree: SourceTree): readonly (readonly string[])[] {
  return tree.files.flatMap(({ path }) => {
    const match = ROUTES.exec(path);
    return match ? [(match[1] ?? '').split('/').filter((segment) => segment !== '')] : [];
  });
}

function unknownPages(file: SourceFile, routes: readonly (readonly string[])[]): Finding[] {
  return file.text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(MENTION)]
        .filter(([, below = '']) => !routes.some((route) => isAnswered(below.split('/').slice(1), route)))
        .map(([mention]) => ({ file: file.path, line: index + 1, message: `the dashboard has no page ${mention}` })),
    );
}

/** A name fits a segment of the same name, or one that takes any; `-` and placeholders fit only their own kind. */
function isAnswered(segments: readonly string[], route: readonly string[]): boolean {
  if (segments.length !== route.length) return false;
  return segments.every((segment, at) => {
    const expected = route[at] ?? '';
    const takesAny = expected.startsWith('[');
    if (/^[${[]/.test(segment)) return takesAny;
    return segment === expected || (takesAny && segment !== '-');
  });
}

/** Instructions have an address: a page that is only called "the dashboard" has to be searched for. */
function unnamedPages(file: SourceFile): Finding[] {
  return hintLines(file)
    .filter(({ text }) => HINT.test(text) && !NAMES_PAGE.test(text))
    .map(({ line }) => ({ file: file.path, line, message: 'names the dashboard and no page of it' }));
}

function hintLines(file: SourceFile): { line: number; text: string }[] {
  const lines = file.text.split('\n').map((text, index) => ({ line: index + 1, text }));
  if (file.path.startsWith('packages/foundation/src/catalog/')) return lines.filter(({ text }) => /\bhint:/.test(text));
  if (/^packages\/(cli|sdk)\/src\//.test(file.path)) {
    return lines.filter(({ text }) => /\b(in|at|under) the dashboard\b/.test(text) && !isComment(text));
  }
  if (!file.path.startsWith('docs/errors/')) return [];
  const from = lines.findIndex(({ text }) => text === '## What to do');
  return from < 0 ? [] : lines.slice(from + 1);
}
