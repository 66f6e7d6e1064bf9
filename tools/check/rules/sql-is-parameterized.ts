import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { isNode, type SyntaxNode, walk } from '../syntax.ts';

const UNSAFE = new Set(['$queryRawUnsafe', '$executeRawUnsafe', 'queryRawUnsafe', 'executeRawUnsafe']);
const RUNS_SQL = new Set(['query', 'execute', 'unsafe']);

/**
 * SQL injection passes row-level security, so SQL text is never put together from values. Where an identifier must be
 * (a parameter cannot name a role or a schema), a comment `// sql: why` stands on the line above.
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
    if (UNSAFE.has(method))
      findings.push({ file: file.path, line, message: `${method} takes SQL as text; use parameters` });
    if (!RUNS_SQL.has(method) || !isBuilt(firstArgument(node))) return;
    const statement = ancestors.findLast((ancestor) => /Statement$|Declaration$/.test(ancestor.type)) ?? node;
    if (reasons.has(lineAt(statement.start) - 1) || reasons.has(line - 1) || reasons.has(line)) return;
    findings.push({
      file: file.path,
      line,
      message: 'SQL put together from values; use parameters or say why with "// sql: …"',
    });
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
  if (text.type === 'TemplateLiteral') return Array.isArray(text.expressions) && text.expressions.length > 0;
  if (text.type !== 'BinaryExpression' || text.operator !== '+') return false;
  const isText = (side: unknown) => isNode(side) && side.type === 'Literal';
  return (
    !(isText(text.left) && isText(text.right)) &&
    (isBuilt(text.left) || isBuilt(text.right) || isText(text.left) || isText(text.right))
  );
}
