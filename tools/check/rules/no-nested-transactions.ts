import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { dottedName, isNode, type SyntaxNode, walk } from '../syntax.ts';

/**
 * Code that holds a transaction takes no second connection: enough requests that each hold one and wait for another stop
 * every organization. The database refuses it at run time; here it is seen where it is written. A function holds a
 * transaction when it takes a `tx`; inside it nothing names the database, and `identity` only with that `tx`.
 */
export const noNestedTransactions: Rule = {
  name: 'no-nested-transactions',
  find(tree) {
    return tree.code
      .filter((file) => /^(apps|packages)\//.test(file.path) && !file.isTest)
      .filter((file) => /\btx\b/.test(file.text))
      .flatMap(findInFile);
  },
};

function findInFile(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const { program, lineAt } = file.syntax;
  walk(program, (node, ancestors) => {
    const taken = connectionTaken(node, ancestors.at(-1));
    if (taken === null || !ancestors.some(holdsTransaction)) return;
    findings.push({
      file: file.path,
      line: lineAt(node.start),
      message: `${taken} inside a transaction takes a second connection; do it before or after, or pass the tx on`,
    });
  });
  return findings;
}

function holdsTransaction(node: SyntaxNode): boolean {
  if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return false;
  return Array.isArray(node.params) && node.params.some((parameter) => isNode(parameter) && parameter.name === 'tx');
}

/** The connection that the expression uses, or null. */
function connectionTaken(node: SyntaxNode, parent: SyntaxNode | undefined): string | null {
  if (node.type === 'CallExpression') {
    const name = dottedName(node.callee);
    const isIdentity = /(^|\.)identity\.\w+$/.test(name);
    return isIdentity && dottedName(firstArgument(node)) !== 'tx' ? name : null;
  }
  // The longest chain only: `deps.database.lookups` is named once.
  if (parent?.type === 'MemberExpression' && parent.property !== node) return null;
  if (node.type !== 'MemberExpression' && node.type !== 'Identifier') return null;
  if (node.type === 'Identifier' && (parent?.type === 'MemberExpression' || parent?.type === 'Property')) return null;
  const name = dottedName(node);
  return /(^|\.)database(\.|$)/.test(name) ? name : null;
}

function firstArgument(call: SyntaxNode): unknown {
  return Array.isArray(call.arguments) ? call.arguments[0] : undefined;
}
