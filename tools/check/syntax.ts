import { type Comment, parseSync } from 'oxc-parser';

/** A node of the syntax tree, in ESTree's shape with TypeScript's additions. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** One module named by an import, an export or an `import()`; type-only ones count too. */
export interface ModuleReference {
  readonly specifier: string;
  readonly line: number;
  /** Names taken from it; `*` for a namespace, `default` for the default. */
  readonly names: readonly string[];
  readonly typeOnly: boolean;
  /** Loaded by `import()`, when it is needed. */
  readonly isLazy: boolean;
}

/** A module as the rules see it. */
export interface Syntax {
  readonly program: SyntaxNode;
  readonly comments: readonly Comment[];
  readonly references: readonly ModuleReference[];
  /** Line of a character position, from 1. */
  lineAt(position: number): number;
}

export function parseSource(filePath: string, text: string): Syntax {
  const parsed = parseSync(filePath, text);
  const starts = lineStarts(text);
  const lineAt = (position: number) => lineOf(starts, position);
  // The parser's node union has two hundred members; the rules ask by `type` and read few fields.
  const program = parsed.program as unknown as SyntaxNode;
  const references: ModuleReference[] = [];
  for (const declaration of parsed.module.staticImports) {
    references.push({
      specifier: declaration.moduleRequest.value,
      line: lineAt(declaration.start),
      // A name imported as a type opens nothing; a declaration of types only keeps its names for the message.
      names: valueEntries(declaration.entries).map(
        (entry) => entry.importName.name ?? (entry.importName.kind === 'Default' ? 'default' : '*'),
      ),
      typeOnly: declaration.entries.length > 0 && declaration.entries.every((entry) => entry.isType),
      isLazy: false,
    });
  }
  for (const declaration of parsed.module.staticExports) {
    const from = declaration.entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value;
    if (from === undefined) continue;
    references.push({
      specifier: from,
      line: lineAt(declaration.start),
      names: declaration.entries.map((entry) => entry.importName.name ?? '*'),
      typeOnly: declaration.entries.every((entry) => entry.isType),
      isLazy: false,
    });
  }
  walk(program, (node) => {
    if (node.type !== 'ImportExpression' || !isNode(node.source)) return;
    if (typeof node.source.value !== 'string') return;
    references.push({
      specifier: node.source.value,
      line: lineAt(node.start),
      names: ['*'],
      typeOnly: false,
      isLazy: true,
    });
  });
  return { program, comments: parsed.comments, references, lineAt };
}

/** Visits every node below `node`, parents first, with the chain of its ancestors (nearest last). */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, ancestors: readonly SyntaxNode[]) => void,
  ancestors: readonly SyntaxNode[] = [],
): void {
  visit(node, ancestors);
  const chain = [...ancestors, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, chain);
    }
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** `a.b.c` of a chain of plain names; empty for anything else. */
export function dottedName(node: unknown): string {
  if (!isNode(node)) return '';
  if (node.type === 'Identifier') return String(node.name);
  if (node.type === 'ThisExpression') return 'this';
  if (node.type !== 'MemberExpression' || node.computed === true) return '';
  const object = dottedName(node.object);
  return object === '' ? '' : `${object}.${dottedName(node.property)}`;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineOf(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? Number.POSITIVE_INFINITY) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function valueEntries<E extends { readonly isType: boolean }>(entries: readonly E[]): readonly E[] {
  const values = entries.filter((entry) => !entry.isType);
  return values.length > 0 ? values : entries;
}
