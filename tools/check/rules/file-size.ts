import type { Finding, Rule } from '../rule.ts';

const LINES_MAX = 400;
const TEST_LINES_MAX = 600;

/** A file that has to be scrolled for long is two files. */
export const fileSize: Rule = {
  name: 'file-size',
  find(tree) {
    const findings: Finding[] = [];
    for (const file of tree.code) {
      const lines = file.text.split('\n').length - 1;
      const most = file.isTest ? TEST_LINES_MAX : LINES_MAX;
      if (lines > most) findings.push({ file: file.path, message: `${lines} lines, at most ${most}` });
    }
    return findings;
  },
};
