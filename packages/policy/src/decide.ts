import { describeDefault } from './explain.ts';
import type { PolicyInput, Ruling } from './policy.ts';
import type { PreparedPolicies, PreparedPolicy } from './prepare.ts';
import { effectKind } from './tool-kind.ts';

/**
 * Decides one tool call. Pure: same question and policies, same ruling.
 *
 * The strictest matching policy wins, whatever its position, so adding a policy can never loosen another.
 * With no match the tool's annotations decide: reads and writes declared harmless run, all others need approval.
 * An unknown fact counts against the caller.
 */
export function decide(question: PolicyInput, policies: PreparedPolicies): Ruling {
  for (const prepared of policies) {
    const truth = prepared.matches(question);
    if (truth === 'yes') return prepared.ruling;
    if (truth === 'unknown' && prepared.policy.effect !== 'always_allow') return withDoubt(prepared);
  }
  return decideByAnnotations(question);
}

/**
 * The mildest ruling that the unknown facts of a call allow. When it has the same effect as that of `decide`, what is
 * unknown makes no difference.
 */
export function decideInFavour(question: PolicyInput, policies: PreparedPolicies): Ruling {
  for (const prepared of policies) {
    const truth = prepared.matches(question);
    if (truth === 'yes') return prepared.ruling;
    // An unknown match that allows is only of use where nothing stricter holds, and policies that allow come last.
    if (truth === 'unknown' && prepared.policy.effect === 'always_allow') return prepared.ruling;
  }
  return decideByAnnotations(question);
}

function withDoubt({ ruling }: PreparedPolicy): Ruling {
  return { ...ruling, reason: `${ruling.reason} Not all that it asks for is known of this call, so it counts.` };
}

function decideByAnnotations({ tool, annotations }: PolicyInput): Ruling {
  const effect = effectKind(annotations) === 'destructive' ? 'needs_approval' : 'always_allow';
  return { effect, because: 'annotations', reason: describeDefault(tool, annotations) };
}
