import path from 'node:path';
import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { isComment } from '../texts-for-people.ts';

const LINK = /\]\(([^)\s#]+)(?:#[^)]*)?\)/g;
const QUOTED = /`((?:apps|docs|examples|infra|packages|prisma|scripts|test|tools\/check)\/[\w./-]*[\w-])\/?`/g;
const QUOTED_ROOT = /^(?:apps|docs|examples|infra|packages|prisma|scripts|test|tools\/check)\//;
/** The end of a path, where a table names the folder of all its files: `http/edge-hooks.ts`. */
const SHORTENED = /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|tsx|mjs|sh))`/g;
/** In the README of an app or package, a path below these folders is one of its own. */
const OWN_QUOTED = /`((?:scripts|src|templates|test)\/[\w./-]*[\w-])\/?`/g;
const OWN_README = /^((?:apps|packages)\/[^/]+)\/README\.md$/;
/** In a comment: a document, and a decision by its number. */
const COMMENTED = /(?<![\w/-])docs\/[\w./-]+\.md\b/g;
const DECISION = /\b(?:ADR|[Dd]ecision) (\d{1,4})\b/g;
/** Papers that are not in the repository, by name or by the number of a rule alone: “security S22”, “(S1, S21)”. */
const PAPER =
  /\b(?:security|protocol|stack|sandbox|style|architecture)(?:\.md)? [A-Z]\d{1,2}\b|\b(?:security|stack|style)\.md\b/;
const RULE_NUMBER = /\((?!S3\))[SNPE]\d{1,2}(?:, [SNPE]\d{1,2})*\)|\bthe (?:\w+ )?paper\b|\bissue \d+\b/;
/** Migrations no longer change, and this rule names what it refuses. */
const WITHOUT_CITATIONS = /^prisma\/migrations\/|^tools\/check\/rules\/documented-paths/;

/**
 * Documents point to files and folders that exist: relative links, and paths of the repository between backticks. Citations
 * in documents, comments and names of tests are in the repository too: a document, or a decision by its number.
 */
export const documentedPaths: Rule = {
  name: 'documented-paths',
  find(tree) {
    const known = new Set<string>();
    for (const { path: file } of tree.files) {
      for (let at = file; at !== '.' && !known.has(at); at = path.posix.dirname(at)) known.add(at);
    }
    const documents = tree.files.filter(({ path: file }) => file.endsWith('.md'));
    const citing = tree.files.filter((file) => file.isCode || /\.(md|prisma)$/.test(file.path));
    return [
      ...documents.flatMap((file) => findInFile(file, known)),
      ...documents.flatMap((file) => findShortened(file, known)),
      ...citing.filter(({ path: file }) => !WITHOUT_CITATIONS.test(file)).flatMap((file) => findCitations(file, known)),
    ];
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

function findShortened(file: SourceFile, known: ReadonlySet<string>): Finding[] {
  // There a path is one of the package's own, and judged as such.
  if (OWN_README.test(file.path)) return [];
  const files = [...known];
  const isThere = (ending: string) => files.some((name) => name === ending || name.endsWith(`/${ending}`));
  return file.text
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(SHORTENED)].flatMap(([, ending = '']) =>
        ending.match(QUOTED_ROOT) || isThere(ending)
          ? []
          : [{ file: file.path, line: index + 1, message: `no file ends with ${ending}` }],
      ),
    );
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

function findCitations(file: SourceFile, known: ReadonlySet<string>): Finding[] {
  const decisions = [...known].flatMap((name) => /^docs\/adr\/(\d+)-/.exec(name)?.[1] ?? []).map(Number);
  return file.text.split('\n').flatMap((text, index) => {
    const findings = [PAPER, RULE_NUMBER].flatMap((pattern) =>
      (pattern.exec(text) ?? []).map(
        (cited) => `a reader cannot open “${cited}”: cite a document of docs/, or nothing`,
      ),
    );
    const isProse = file.path.endsWith('.md') || (isComment(text) && !file.isTest);
    for (const [cited, number] of isProse ? text.matchAll(DECISION) : []) {
      if (!decisions.includes(Number(number))) findings.push(`there is no ${cited}`);
    }
    for (const [cited] of file.isCode && isProse ? text.matchAll(COMMENTED) : []) {
      if (!known.has(cited)) findings.push(`there is no ${cited}`);
    }
    return findings.map((message) => ({ file: file.path, line: index + 1, message }));
  });
}
