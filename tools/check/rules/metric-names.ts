import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { isNode, type SyntaxNode, walk } from '../syntax.ts';

/** Where metrics may be declared: one file per app, and the server that shows them, for those that all have. */
const DECLARED = /(\/metrics\.ts|^packages\/foundation\/src\/process\/internal-server\.ts)$/;
const KINDS = new Set(['Counter', 'Gauge', 'Histogram', 'Summary']);
/** @see https://prometheus.io/docs/practices/naming/ */
const OTHER_UNITS = /_(ms|millis(econds)?|micros(econds)?|minutes|hours|kb|mb|kilobytes|megabytes|percent)(_|$)/;

/** Names of metrics follow Prometheus: prefix, base units, suffixes; their help is a sentence. */
export const metricNames: Rule = {
  name: 'metric-names',
  find(tree) {
    return tree.code
      .filter((file) => /^(apps|packages)\//.test(file.path) && !file.isTest && importsMetrics(file))
      .flatMap(findingsOf);
  },
};

function importsMetrics(file: SourceFile): boolean {
  return file.syntax.references.some(({ specifier, typeOnly }) => specifier === 'prom-client' && !typeOnly);
}

function findingsOf(file: SourceFile): Finding[] {
  const findings: Finding[] = [];
  walk(file.syntax.program, (node) => {
    if (node.type !== 'NewExpression' || !isNode(node.callee) || !KINDS.has(String(node.callee.name))) return;
    const kind = String(node.callee.name);
    const [options] = Array.isArray(node.arguments) ? node.arguments : [];
    const messages = isNode(options)
      ? objectTo(kind, { name: textOf(options, 'name'), help: textOf(options, 'help') })
      : [];
    if (!DECLARED.test(file.path)) messages.push('metrics of an app are declared in its metrics.ts');
    findings.push(...messages.map((message) => ({ file: file.path, line: file.syntax.lineAt(node.start), message })));
  });
  return findings;
}

function objectTo(kind: string, { name, help }: { name: string | null; help: string | null }): string[] {
  if (name === null || help === null) return ['name and help of a metric are written where it is declared'];
  const messages: string[] = [];
  if (!/^patchbay_[a-z0-9_]+$/.test(name)) messages.push(`${name} does not begin with patchbay_`);
  if ((kind === 'Counter') !== name.endsWith('_total'))
    messages.push(`${name}: counters, and they alone, end in _total`);
  if (kind === 'Histogram' && !/_(seconds|bytes)$/.test(name)) messages.push(`${name} does not end in its unit`);
  if (OTHER_UNITS.test(name)) messages.push(`${name} is not in a base unit (seconds, bytes, ratio)`);
  if (!/^[A-Z0-9].*\.$/.test(help)) messages.push(`the help of ${name} is not a sentence`);
  return messages;
}

/** The string a property holds; null for anything else. */
function textOf(options: SyntaxNode, key: string): string | null {
  const properties = Array.isArray(options.properties) ? options.properties : [];
  for (const property of properties) {
    if (!isNode(property) || !isNode(property.key) || property.key.name !== key) continue;
    return isNode(property.value) && typeof property.value.value === 'string' ? property.value.value : null;
  }
  return null;
}
