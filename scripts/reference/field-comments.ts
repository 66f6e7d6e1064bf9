import { readFile } from 'node:fs/promises';

const FIELD = /^ +\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n +([A-Z][A-Z0-9_]*):/gm;

/** Name of a variable → the doc comment above its field, on one line. A later file wins. */
export async function readFieldComments(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const comments = new Map<string, string>();
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    for (const [, comment = '', name = ''] of text.matchAll(FIELD)) comments.set(name, asOneLine(comment));
  }
  return comments;
}

function asOneLine(comment: string): string {
  return comment
    .replace(/\n\s*\*/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ @see (\S+)/, ' See $1.')
    .trim();
}
