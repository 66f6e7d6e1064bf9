import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';

const MIGRATION = /^prisma\/migrations\/([^/]+)\/migration\.sql$/;
const NAME = /^\d{14}_[a-z0-9_]+$/;

/**
 * A migration runs while the previous release serves. So: an index on a table that has rows is built CONCURRENTLY and
 * alone in its file, a constraint on such a table starts NOT VALID, and what is dropped names the release that stopped
 * using it (`-- contract: 20261201120000_name`). Tables made in the same file are empty and exempt.
 */
export const migrationsSafe: Rule = {
  name: 'migrations-safe',
  find(tree) {
    return tree.files.filter((file) => MIGRATION.test(file.path)).flatMap(findInMigration);
  },
};

function findInMigration(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  if (!NAME.test(MIGRATION.exec(file.path)?.[1] ?? '')) {
    findings.push({ file: file.path, message: 'the folder is named YYYYMMDDHHMMSS_what_it_does' });
  }
  const statements = splitStatements(file.text);
  const created = new Set(statements.flatMap(({ text }) => createdTable(text)));
  for (const { text, line } of statements) {
    const message = objection(text, created, statements.length, file.text);
    if (message) findings.push({ file: file.path, line, message });
  }
  return findings;
}

function objection(text: string, created: ReadonlySet<string>, statements: number, whole: string): string | null {
  const index = /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+(CONCURRENTLY\s+)?.*?\sON\s+(?:ONLY\s+)?("?[\w."]+)/is.exec(text);
  if (index && !created.has(plain(index[2] ?? ''))) {
    if (!index[1]) return 'an index on a table with rows is built CONCURRENTLY';
    if (statements > 1) return 'a CONCURRENTLY index must be alone in its file';
  }
  const altered = plain(/^ALTER\s+TABLE\s+(?:ONLY\s+)?(?:IF\s+EXISTS\s+)?("?[\w."]+)/is.exec(text)?.[1] ?? '');
  const touchesRows = altered !== '' && !created.has(altered);
  const drops = /^DROP\s+(TABLE|COLUMN|TYPE|SCHEMA)\b/i.test(text) || (touchesRows && /\bDROP\s+COLUMN\b/i.test(text));
  if (drops && !/--\s*contract:\s*\d{14}_/.test(whole))
    return 'a drop names the release that stopped using it: -- contract: …';
  if (!touchesRows) return null;
  if (/\bADD\s+(CONSTRAINT\b.*\b)?(FOREIGN\s+KEY|CHECK)\b/is.test(text) && !/\bNOT\s+VALID\b/i.test(text)) {
    return 'a constraint on a table with rows starts NOT VALID';
  }
  if (/\bADD\s+COLUMN\b(?!.*\bDEFAULT\b).*\bNOT\s+NULL\b/is.test(text)) return 'a new NOT NULL column needs a DEFAULT';
  if (/\bRENAME\s+(COLUMN|TO)\b/i.test(text)) return 'a rename breaks the release that still serves; add, copy, drop';
  return null;
}

function createdTable(text: string): string[] {
  const table = /^CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?("?[\w."]+)/i.exec(text)?.[1];
  return table === undefined ? [] : [plain(table)];
}

function plain(name: string): string {
  return name
    .replaceAll('"', '')
    .replace(/^public\./, '')
    .toLowerCase();
}

/** Statements with their first line; comments are dropped, dollar-quoted bodies are kept. */
function splitStatements(sql: string): readonly { text: string; line: number }[] {
  const pieces = sql.matchAll(/\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|;|[^$;'/-]+|[\s\S]/g);
  const statements: { text: string; line: number }[] = [];
  let text = '';
  let start = 0;
  for (const piece of pieces) {
    const token = piece[0];
    if (token.startsWith('--') || token.startsWith('/*')) continue;
    if (token !== ';') {
      if (text.trim() === '') start = piece.index + (token.length - token.trimStart().length);
      text += token;
      continue;
    }
    if (text.trim() !== '') statements.push({ text: text.trim(), line: sql.slice(0, start).split('\n').length });
    text = '';
  }
  if (text.trim() !== '') statements.push({ text: text.trim(), line: sql.slice(0, start).split('\n').length });
  return statements;
}
