import type { Finding, Rule } from '../rule.ts';
import { isNode, walk } from '../syntax.ts';

/** `...{ a, b }` inside an object literal merges nothing: it only keeps the formatter from breaking lines. */
export const noLiteralSpreads: Rule = {
  name: 'no-literal-spreads',
  find(tree) {
    const findings: Finding[] = [];
    for (const file of tree.code) {
      walk(file.syntax.program, (node, ancestors) => {
        if (node.type !== 'SpreadElement' || ancestors.at(-1)?.type !== 'ObjectExpression') return;
        if (!isNode(node.argument) || node.argument.type !== 'ObjectExpression') return;
        const line = file.syntax.lineAt(node.start);
        findings.push({ file: file.path, line, message: 'write these properties without a spread of a literal' });
      });
    }
    return findings;
  },
};
