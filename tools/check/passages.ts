import type { SourceFile } from './source-tree.ts';
import { isNode, type SyntaxNode, walk } from './syntax.ts';

/** A piece of prose with the line it begins on; code, quotations and questions are taken out. */
export interface Passage {
  readonly line: number;
  readonly text: string;
}

const HASH_COMMENTS = /\.(?:ya?ml|sh|prisma|conf|toml)$|\.env\.example$|(?:^|\/)(?:Caddyfile|Dockerfile)$/;
const TEST_CALLS = /^(?:it|test|describe)(?:\.|$)/;

/**
 * The prose of a file: comments of code and configuration, names of tests, texts of programs, and paragraphs of
 * documents. Not prose: headings of documents, which may be a reader's question, and texts of tests.
 */
export function passages(file: SourceFile): readonly Passage[] {
  if (file.path.endsWith('.md')) return paragraphs(file.text);
  if (HASH_COMMENTS.test(file.path)) return hashComments(file.text);
  return file.isCode ? [...comments(file), ...texts(file)] : [];
}

function comments(file: SourceFile): Passage[] {
  const { comments: all, lineAt } = file.syntax;
  const blocks: { start: number; end: number; text: string }[] = [];
  for (const { type, start, end, value } of all) {
    const last = blocks.at(-1);
    const isNext = type === 'Line' && last && /^\n[ \t]*$/.test(file.text.slice(last.end, start));
    if (isNext) {
      last.text += ` ${value}`;
      last.end = end;
    } else blocks.push({ start, end, text: value });
  }
  return blocks.map(({ start, text }) => ({ line: lineAt(start), text: prose(text.replace(/^\s*\*+ ?/gm, ' ')) }));
}

function texts(file: SourceFile): Passage[] {
  const found: Passage[] = [];
  walk(file.syntax.program, (node, ancestors) => {
    const text = textOf(node);
    if (text === null) return;
    const isName = isTestName(node, ancestors.at(-1));
    if (isName || (!file.isTest && / \S+ /.test(text))) {
      found.push({ line: file.syntax.lineAt(node.start), text: prose(text) });
    }
  });
  return found;
}

/** The text of a string, of a page's markup, or of a template without its expressions. */
function textOf(node: SyntaxNode): string | null {
  if ((node.type === 'Literal' || node.type === 'JSXText') && typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral' || !Array.isArray(node.quasis)) return null;
  return node.quasis.map((quasi: { value: { raw: string } }) => quasi.value.raw).join('x');
}

function isTestName(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent?.type !== 'CallExpression' || !Array.isArray(parent.arguments) || parent.arguments[0] !== node)
    return false;
  let callee: unknown = parent.callee;
  while (isNode(callee) && callee.type !== 'Identifier') callee = callee.object ?? callee.callee ?? callee.tag;
  return isNode(callee) && TEST_CALLS.test(String(callee.name));
}

function paragraphs(text: string): Passage[] {
  const found: { line: number; text: string }[] = [];
  let isCode = false;
  let isOpen = false;
  text.split('\n').forEach((line, index) => {
    if (/^\s*```/.test(line)) isCode = !isCode;
    const isProse = !isCode && line.trim() !== '' && !/^\s*```|^#| {4}/.test(line);
    const continues = isProse && isOpen && !/^\s*(?:[-*|>]|\d+\.)/.test(line);
    const last = found.at(-1);
    if (continues && last) last.text += ` ${line}`;
    else if (isProse) found.push({ line: index + 1, text: line });
    isOpen = isProse;
  });
  return found.map((paragraph) => ({ line: paragraph.line, text: prose(paragraph.text) }));
}

function hashComments(text: string): Passage[] {
  const found: { line: number; text: string }[] = [];
  let isOpen = false;
  text.split('\n').forEach((line, index) => {
    const [, comment] = /^\s*(?:#(?!!)|\/\/)\/?\s?(.*)$/.exec(line) ?? [];
    const last = found.at(-1);
    if (comment !== undefined && isOpen && last) last.text += ` ${comment}`;
    else if (comment !== undefined) found.push({ line: index + 1, text: comment });
    isOpen = comment !== undefined;
  });
  return found.map((comment) => ({ line: comment.line, text: prose(comment.text) }));
}

/** Without code spans, quotations, links, names with dots or underscores, and questions; list marks are no words. */
function prose(text: string): string {
  return text
    .replace(/`[^`]*`/g, 'x')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/["“][^"”]*["”]/g, 'x')
    .replace(/\S*\w[._]\w\S*/g, 'x')
    .replace(/\s+/g, ' ')
    .replace(/[^.!?|]*\?/g, ' ')
    .replace(/^\s*(?:[-*>]|\d+\.)?\s*/, '')
    .trim();
}
