import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { dottedName, isNode, type SyntaxNode, walk } from '../syntax.ts';

const UNSAFE = new Set(['$queryRawUnsafe', '$executeRawUnsafe', 'queryRawUnsafe', 'executeRawUnsafe']);
const RUNS_SQL = new Set(['query', 'execute', 'unsafe']);

/**
 * SQL injection passes row-level security, so SQL text is never put together from values. Where an identifier must be
 * (a parameter cannot name a role or a schema), a comment `// sql: why` is on the line above.
 */
export const sqlIsParameterized: Rule = {
  name: 'sql-is-parameterized',
  find(tree) {
    return tree.code.filter((file) => !file.isTest && !file.path.startsWith('tools/')).flatMap(findInFile);
  },
};

function findInFile(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const { program, comments, lineAt } = file.syntax;
  const reasons = new Set(comments.filter((c) => c.value.trim().startsWith('sql:')).map((c) => lineAt(c.end - 1)));
  walk(program, (node, ancestors) => {
    if (node.type !== 'CallExpression' || !isNode(node.callee)) return;
    const method = calledMethod(node.callee);
    const line = lineAt(node.start);
    const isUnsafe = UNSAFE.has(method);
    if (!isUnsafe && !(RUNS_SQL.has(method) && isBuilt(firstArgument(node)))) return;
    const statement = ancestors.findLast((ancestor) => /Statement$|Declaration$/.test(ancestor.type)) ?? node;
    if (reasons.has(lineAt(statement.start) - 1) || reasons.has(line - 1) || reasons.has(line)) return;
    const what = isUnsafe ? `${method} takes SQL as text` : 'SQL put together from values';
    findings.push({ file: file.path, line, message: `${what}; use parameters or give the reason with "// sql: …"` });
  });
  return findings;
}

function calledMethod(callee: SyntaxNode): string {
  if (callee.type !== 'MemberExpression' || !isNode(callee.property)) return '';
  return String(callee.property.name ?? '');
}

function firstArgument(call: SyntaxNode): unknown {
  const first = Array.isArray(call.arguments) ? call.arguments[0] : undefined;
  if (!isNode(first) || first.type !== 'ObjectExpression' || !Array.isArray(first.properties)) return first;
  // pg also takes { text, values }.
  const text = first.properties.find(
    (property) => isNode(property) && isNode(property.key) && property.key.name === 'text',
  );
  return isNode(text) ? text.value : undefined;
}

function isBuilt(text: unknown): boolean {
  if (!isNode(text)) return false;
  if (text.type === 'TemplateLiteral') {
    return Array.isArray(text.expressions) && text.expressions.some((expression) => !isFixed(expression));
  }
  return text.type === 'BinaryExpression' && text.operator === '+' && ![text.left, text.right].every(isFixedText);
}

function isFixedText(side: unknown): boolean {
  return (
    isFixed(side) ||
    (isNode(side) && side.type === 'Literal') ||
    (isNode(side) && !isBuilt(side) && isConcatenation(side))
  );
}

function isConcatenation(node: SyntaxNode): boolean {
  return node.type === 'BinaryExpression' || node.type === 'TemplateLiteral';
}

/** A constant of the module (`COLUMNS`), or what pg itself has escaped. */
function isFixed(expression: unknown): boolean {
  if (!isNode(expression)) return false;
  if (expression.type === 'Identifier') return /^[A-Z][A-Z0-9_]*$/.test(String(expression.name));
  return (
    expression.type === 'CallExpression' && /(^|\.)escape(Identifier|Literal)$/.test(dottedName(expression.callee))
  );
}
