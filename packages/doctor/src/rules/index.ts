import { DISCOVERY_RULES } from './discovery-rules.ts';
import { PROTOCOL_RULES } from './protocol-rules.ts';
import type { Rule } from './rule.ts';
import { SERVER_RULES } from './server-rules.ts';
import { SIGN_IN_RULES } from './sign-in-rules.ts';

export { CLIENT_IDS, CLIENTS, type ClientId, type Rule } from './rule.ts';

/** Every rule that the Doctor checks. The first part of an id is the step. */
export const RULES = { ...DISCOVERY_RULES, ...SERVER_RULES, ...SIGN_IN_RULES, ...PROTOCOL_RULES };
export type RuleId = keyof typeof RULES;

export function ruleOf(id: RuleId): Rule {
  return RULES[id];
}

/** One thing that a server did against a rule. `received`: what came back, without secrets and in one line. */
export interface Found {
  readonly rule: RuleId;
  readonly received: string;
}

export function found(rule: RuleId, received: string): Found {
  return { rule, received };
}
