import type { AST } from '@eslint-community/regexpp';
import { RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';

/** Facts about a pattern that its analysis needs. */
export interface PatternShape {
  /**
   * The pattern with every counted repetition made endless. It can be gone through in at least as many ways as the
   * pattern itself, so when it is linear, so is the pattern. Null when a count repeats what may be empty: an engine
   * leaves an endless repetition after an empty round, but not a counted one.
   */
  readonly widened: string | null;
  /** At most so many ways through the counted repetitions alone. Infinity when that is beyond counting. */
  readonly ways: number;
  /** Lookaround and back-references: no automaton decides them. */
  readonly undecidable: string | null;
}

const WAYS_COUNTED_MAX = 1e9;

/** Reads a pattern; nothing of it is compiled. @throws SyntaxError when it is not a regular expression */
export function shapeOf(pattern: string): PatternShape {
  const parsed = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(pattern, 0, pattern.length, { unicode: true });
  const counted: AST.Quantifier[] = [];
  let undecidable: string | null = null;
  visitRegExpAST(parsed, {
    onQuantifierEnter: (node) => void (isCounted(node) && counted.push(node)),
    onBackreferenceEnter: () => {
      undecidable = 'refers back to a group';
    },
    onAssertionEnter: (node) => {
      if (node.kind === 'lookahead' || node.kind === 'lookbehind') undecidable = 'looks around';
    },
  });
  const widened = counted.some((node) => mayBeEmpty(node.element)) ? null : widen(pattern, counted);
  return { widened, ways: ways(parsed), undecidable };
}

function isCounted({ min, max }: AST.Quantifier): boolean {
  return max !== Number.POSITIVE_INFINITY && max > 1 && min >= 0;
}

/** Edit from the end so earlier offsets stay valid; a quantifier follows its operand. */
function widen(pattern: string, counted: readonly AST.Quantifier[]): string {
  let text = pattern;
  for (const { element, end, min, greedy } of counted.toSorted((a, b) => b.element.end - a.element.end)) {
    text = `${text.slice(0, element.end)}${min === 0 ? '*' : '+'}${greedy ? '' : '?'}${text.slice(end)}`;
  }
  return text;
}

function mayBeEmpty(node: AST.Node): boolean {
  switch (node.type) {
    case 'Group':
    case 'CapturingGroup':
      return node.alternatives.some(mayBeEmpty);
    case 'Alternative':
      return node.elements.every(mayBeEmpty);
    case 'Quantifier':
      return node.min === 0 || mayBeEmpty(node.element);
    case 'Assertion':
      return true;
    default:
      return false;
  }
}

/** Endless repetitions are left to the automaton, so they count once. */
function ways(node: AST.Node): number {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      return bounded(node.alternatives.reduce((sum, alternative) => sum + ways(alternative), 0));
    case 'Alternative':
      return bounded(node.elements.reduce((product, element) => product * ways(element), 1));
    case 'Quantifier': {
      const inside = ways(node.element);
      if (node.max === Number.POSITIVE_INFINITY) return inside;
      return bounded(inside ** node.max * (node.max - node.min + 1));
    }
    default:
      return 1;
  }
}

function bounded(count: number): number {
  return count > WAYS_COUNTED_MAX ? Number.POSITIVE_INFINITY : count;
}
