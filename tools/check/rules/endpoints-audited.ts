import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { isNode, type SyntaxNode, walk } from '../syntax.ts';

const ENDPOINTS = /^apps\/gateway\/src\/admin\/endpoints\/.*\.ts$/;
const ROUTES = new Set(['get', 'post', 'put', 'patch', 'delete', 'route']);

/**
 * Every admin endpoint is one `defineEndpoint({…})` that declares its permission and its audit action. The compiler
 * requires both; this rule also finds an endpoint that bypasses it with a bare route.
 */
export const endpointsAudited: Rule = {
  name: 'endpoints-audited',
  find(tree) {
    return tree.code.filter((file) => ENDPOINTS.test(file.path) && !file.isTest).flatMap(findInFile);
  },
};

function findInFile(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  walk(file.syntax.program, (node) => {
    if (node.type !== 'CallExpression' || !isNode(node.callee)) return;
    const line = file.syntax.lineAt(node.start);
    if (node.callee.type === 'Identifier' && node.callee.name === 'defineEndpoint') {
      findings.push(...missingFields(node, file.path, line));
      return;
    }
    const { object, property } = node.callee;
    if (!isNode(object) || object.name !== 'app' || !isNode(property) || !ROUTES.has(String(property.name))) return;
    findings.push({
      file: file.path,
      line,
      message: 'a bare route has no permission and no audit; use defineEndpoint',
    });
  });
  return findings;
}

function missingFields(call: SyntaxNode, file: string, line: number): Finding[] {
  const record = Array.isArray(call.arguments) ? call.arguments[0] : undefined;
  if (!isNode(record) || !Array.isArray(record.properties)) {
    return [{ file, line, message: 'defineEndpoint takes its record in place, so that it can be read and checked' }];
  }
  const names = new Set<string>();
  for (const property of record.properties) {
    if (isNode(property) && isNode(property.key)) names.add(String(property.key.name ?? property.key.value));
  }
  return ['method', 'path', 'permission', 'audit']
    .filter((field) => !names.has(field))
    .map((field) => ({ file, line, message: `the endpoint declares no ${field}` }));
}
