import { importGraph } from '../import-graph.ts';
import { areaOf } from '../packages.ts';
import type { Finding, Rule } from '../rule.ts';
import type { SourceFile, SourceTree } from '../source-tree.ts';
import { isNode } from '../syntax.ts';

const LINES_MIN = 45;
const LINES_MAX = 250;
const TEST_LINES_MAX = 600;

/** Read first in their folder or process, whatever their size. */
const ENTRY = /(^|\/)(index|main|config|metrics)\.(ts|mjs)$|(^|\/)[^/]+\.config\.(ts|mjs|js)$/;
/** Programs of others and what connectors are made of: every file is one of a kind. */
const NOT_OURS = /^tools\/peers\/|^examples\/|(^|\/)templates\//;

/**
 * Files of 45 to 250 lines. A longer one has to be scrolled for long: it is two files. A shorter one with a single
 * importer and no test of its own is a part of that importer, and reading it costs a jump.
 */
export const fileSize: Rule = {
  name: 'file-size',
  find: (tree) => [...findLong(tree), ...findFragments(tree)],
};

function findLong({ code }: SourceTree): Finding[] {
  const [tests, others] = [code.filter((file) => file.isTest), code.filter((file) => !file.isTest)];
  return [...tooLong(tests, TEST_LINES_MAX), ...tooLong(others, LINES_MAX)];
}

function tooLong(files: readonly SourceFile[], most: number): Finding[] {
  return files
    .filter((file) => linesOf(file) > most)
    .map((file) => ({ file: file.path, message: `${linesOf(file)} lines, at most ${most}` }));
}

function findFragments(tree: SourceTree): Finding[] {
  const importers = new Map<SourceFile, Set<SourceFile>>();
  const lazy = new Set<SourceFile>();
  for (const [file, imports] of importGraph(tree)) {
    for (const { to, isLazy } of imports) {
      importers.set(to, (importers.get(to) ?? new Set()).add(file));
      if (isLazy) lazy.add(to);
    }
  }
  return tree.code.flatMap((file) => {
    if (file.isTest || ENTRY.test(file.path) || NOT_OURS.test(file.path) || linesOf(file) >= LINES_MIN) return [];
    const [importer, ...others] = importers.get(file) ?? [];
    // Nothing imports a program, and what a test imports is tested by itself.
    if (!importer || others.length > 0 || lazy.has(file) || !canTakeIn(importer, file)) return [];
    const message = `${linesOf(file)} lines, no test, and used by ${importer.path} alone; make it a part of that file`;
    return [{ file: file.path, message }];
  });
}

/** Not where the two run apart (another privilege, the browser), nor where the whole would be too long. */
function canTakeIn(importer: SourceFile, file: SourceFile): boolean {
  if (importer.isTest || isList(importer)) return false;
  if (areaOf(importer.path) !== areaOf(file.path) || directiveOf(importer) !== directiveOf(file)) return false;
  return linesOf(importer) + linesOf(file) <= LINES_MAX;
}

/** An index, or another entry of a package: it names what others may import. */
function isList({ path, syntax }: SourceFile): boolean {
  const body = Array.isArray(syntax.program.body) ? syntax.program.body : [];
  return /(^|\/)index\.ts$/.test(path) || body.every((node) => isNode(node) && isNode(node.source));
}

/** `use client` or `use server`, at the beginning of a module of the dashboard. */
function directiveOf(file: SourceFile): string | undefined {
  return /^['"]use (client|server)/.exec(file.text.trimStart())?.[1];
}

function linesOf(file: SourceFile): number {
  return file.text.split('\n').length - 1;
}
