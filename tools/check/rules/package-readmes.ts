import path from 'node:path';
import type { Rule } from '../rule.ts';
import { importersOf } from './imports.ts';

const LINES_MIN = 10;
const LINES_MAX = 20;

/**
 * Every app and package opens with a short README, which states its permitted importers as the rule `imports` enforces
 * them.
 */
export const packageReadmes: Rule = {
  name: 'package-readmes',
  find(tree) {
    const folders = tree.files
      .filter(({ path: file }) => /^(apps|packages)\/[^/]+\/package\.json$/.test(file))
      .map(({ path: file }) => path.posix.dirname(file));
    return folders.flatMap((folder) => {
      const file = `${folder}/README.md`;
      const text = tree.get(file)?.text;
      return problems(path.posix.basename(folder), text).map((message) => ({ file, message }));
    });
  },
};

function problems(name: string, text: string | undefined): string[] {
  if (text === undefined) return ['is missing: what it is, who may import it, where to start reading, what needs care'];
  const lines = text.trimEnd().split('\n');
  const found: string[] = [];
  if (lines.length < LINES_MIN || lines.length > LINES_MAX)
    found.push(`${lines.length} lines, not ${LINES_MIN} to ${LINES_MAX}`);
  const importers = `Imported by: ${importersOf(name).join(', ') || 'nothing'}.`;
  if (!lines.includes(importers)) found.push(`has no line "${importers}"`);
  return found;
}
