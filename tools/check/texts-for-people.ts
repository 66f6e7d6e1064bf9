import type { SourceFile, SourceTree } from './source-tree.ts';

/** Decisions are of their day; tests and fixtures name what is not there on purpose. */
const WITHOUT = /^docs\/adr\/|^tools\/peers\//;
const TEXTS =
  /\.md$|^(apps|packages)\/[^/]+\/src\/.*\.tsx?$|^scripts\/.*\.(ts|mjs)$|\.env\.example$|^docker-compose\.yml$/;

/** Files with texts that people read to know what to do: documents, messages, pages, help. */
export function textsForPeople(tree: SourceTree): readonly SourceFile[] {
  return tree.files.filter((file) => TEXTS.test(file.path) && !WITHOUT.test(file.path) && !file.isTest);
}

/** Whether a line of code is one of a comment. */
export function isComment(line: string): boolean {
  return /^\s*(\/\/|\/?\*)/.test(line);
}
