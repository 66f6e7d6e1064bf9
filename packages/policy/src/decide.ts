import { matchGlob } from './match-glob.ts';
import { EFFECTS, type PolicyInput, type Ruling, type ToolPolicy } from './policy.ts';

/**
 * Decides one tool call. Pure: same question and policies, same ruling.
 *
 * The strictest matching policy wins, whatever its position, so adding a policy can never loosen another.
 * With no match the tool's annotations decide.
 */
export function decide(question: PolicyInput, policies: readonly ToolPolicy[]): Ruling {
  let strictest: ToolPolicy | undefined;
  for (const policy of policies) {
    if (!matches(policy, question)) continue;
    if (!strictest || EFFECTS.indexOf(policy.effect) > EFFECTS.indexOf(strictest.effect)) strictest = policy;
  }
  if (!strictest) return decideByAnnotations(question);
  return {
    effect: strictest.effect,
    because: strictest.id,
    reason: `A policy of the organization covers ${question.tool}.`,
  };
}

/** Reads and writes declared harmless run; tools that may destroy, or have no annotation, need approval. */
function decideByAnnotations({ tool, annotations }: PolicyInput): Ruling {
  const because = 'annotations';
  if (annotations.readOnlyHint === true) return { effect: 'always_allow', because, reason: `${tool} only reads.` };
  if (annotations.destructiveHint === false) {
    return { effect: 'always_allow', because, reason: `${tool} writes, and declares that it destroys nothing.` };
  }
  const reason =
    annotations.destructiveHint === true
      ? `${tool} declares that it can destroy something.`
      : `${tool} does not declare whether it only reads or can destroy something.`;
  return { effect: 'needs_approval', because, reason };
}

function matches(policy: ToolPolicy, question: PolicyInput): boolean {
  return (
    matchGlob(policy.connector, question.connector) &&
    matchGlob(policy.tool, question.tool) &&
    (policy.roles.length === 0 || policy.roles.some((role) => question.roles.includes(role)))
  );
}
