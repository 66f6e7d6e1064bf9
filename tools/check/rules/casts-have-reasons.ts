import type { Finding, Rule } from '../rule.ts';
import type { SourceFile } from '../source-tree.ts';
import { isNode, type SyntaxNode, walk } from '../syntax.ts';

/**
 * `any`, `!` and `as` switch the compiler off. Each carries a comment with its reason: on its line, inside its
 * statement, or on the line above the statement. Tests are exempt: what they get wrong fails in front of you.
 */
export const castsHaveReasons: Rule = {
  name: 'casts-have-reasons',
  find(tree) {
    return tree.code.filter((file) => !file.isTest && /\.tsx?$/.test(file.path)).flatMap(findInFile);
  },
};

const WORDS: Readonly<Record<string, string>> = {
  TSAsExpression: 'as',
  TSTypeAssertion: '<type>value',
  TSNonNullExpression: '!',
  TSAnyKeyword: 'any',
};

function findInFile(file: SourceFile): Finding[] {
  const { program, comments, lineAt } = file.syntax;
  const commentLines = comments.map((comment) => ({ from: lineAt(comment.start), to: lineAt(comment.end - 1) }));
  const findings: Finding[] = [];
  walk(program, (node, ancestors) => {
    const word = WORDS[node.type];
    if (word === undefined || isConst(node)) return;
    const first = lineAt(outermost(node, ancestors).start) - 1;
    const last = lineAt(node.end);
    const reasoned = commentLines.some((comment) => comment.to >= first && comment.from <= last);
    if (reasoned) return;
    findings.push({
      file: file.path,
      line: lineAt(node.start),
      message: `\`${word}\` without a comment with its reason`,
    });
  });
  return findings;
}

function isConst(node: SyntaxNode): boolean {
  if (node.type !== 'TSAsExpression' || !isNode(node.typeAnnotation)) return false;
  const name = node.typeAnnotation.typeName;
  return isNode(name) && name.name === 'const';
}

/** The nearest piece of code on lines of its own: a statement, a member or a property. */
function outermost(node: SyntaxNode, ancestors: readonly SyntaxNode[]): SyntaxNode {
  const own =
    /Statement$|Declaration$|^(Property|PropertyDefinition|MethodDefinition|TSPropertySignature|JSXAttribute)$/;
  return ancestors.findLast((ancestor) => own.test(ancestor.type)) ?? node;
}
