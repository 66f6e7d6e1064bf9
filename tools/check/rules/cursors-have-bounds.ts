import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { isNode, type SyntaxNode, walk } from '../syntax.ts';

const LESS = new Set(['lt', 'gt']);
const BOUND = new Set(['lte', 'gte']);

/** `a < $1 OR (a = $1 AND id < $2)`: PostgreSQL enters no index by it. */
const IN_SQL = /[<>]\s*\$\d+(::\w+)?\s+OR\b|\bOR\s+\(?\s*[\w."]+\s*=\s*\$\d+(::\w+)?\s+AND\s+[\w."]+\s*[<>]/i;

/**
 * "After this position" as an OR alone is a filter: PostgreSQL reads every row before the cursor and throws it away, and
 * a deep page costs what all pages before it cost. With a bound beside it (`at <= cursor`), or as a comparison of rows
 * (`(at, id) < ($1, $2)`), it is where the index is entered.
 */
export const cursorsHaveBounds: Rule = {
  name: 'cursors-have-bounds',
  find(tree) {
    return tree.code.filter((file) => /^(apps|packages)\//.test(file.path) && !file.isTest).flatMap(findInFile);
  },
};

function findInFile(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  const add = (node: SyntaxNode) =>
    findings.push({
      file: file.path,
      line: file.syntax.lineAt(node.start),
      message: 'a cursor without a bound beside its OR; use `olderThan`, or compare rows: (at, id) < ($1, $2)',
    });
  walk(file.syntax.program, (node) => {
    if (node.type === 'ObjectExpression' && isUnboundedOr(node)) add(node);
    if (node.type === 'TemplateElement' && IN_SQL.test(rawText(node.value))) add(node);
    if (node.type === 'Literal' && typeof node.value === 'string' && IN_SQL.test(node.value)) add(node);
  });
  return findings;
}

/** An object with `OR` over comparisons and no field beside it that bounds the start. */
function isUnboundedOr(object: SyntaxNode): boolean {
  const fields = fieldsOf(object);
  const or = fields.get('OR');
  if (or?.type !== 'ArrayExpression' || !Array.isArray(or.elements)) return false;
  const compares = or.elements.filter(isNode).some((element) => comparesBy(element, LESS));
  return compares && !comparesBy(object, BOUND);
}

/** Whether a field of the object is compared in one of these ways: `{ at: { lt: … } }`. */
function comparesBy(object: SyntaxNode, ways: ReadonlySet<string>): boolean {
  return [...fieldsOf(object).values()].some((value) => [...fieldsOf(value).keys()].some((key) => ways.has(key)));
}

function fieldsOf(node: SyntaxNode): ReadonlyMap<string, SyntaxNode> {
  const fields = new Map<string, SyntaxNode>();
  if (node.type !== 'ObjectExpression' || !Array.isArray(node.properties)) return fields;
  for (const property of node.properties) {
    if (!isNode(property) || !isNode(property.key) || !isNode(property.value)) continue;
    fields.set(String(property.key.name ?? property.key.value ?? ''), property.value);
  }
  return fields;
}

/** A piece of a template holds `{ raw, cooked }`. */
function rawText(value: unknown): string {
  return typeof value === 'object' && value !== null && 'raw' in value ? String(value.raw) : '';
}
