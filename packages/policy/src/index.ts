/** Rules about calls. Pure and browser-safe: the gateway rules with it, the dashboard previews with it. */
export { ATTACK_TRACES, type AttackTrace, type TraceResult, tryTraces } from './attack-traces.ts';
export { type CallDomain, type Comparison, comparePolicies } from './compare/compare-policies.ts';
export { type CoveredTool, uncoveredTools } from './coverage.ts';
export { decide, decideInFavour } from './decide.ts';
export { describeConditions, describeEffect } from './explain.ts';
export { followRenames, type Rename } from './follow-renames.ts';
export { isSamePolicy, type PolicyText } from './is-same-policy.ts';
export { matchGlob } from './match-glob.ts';
export {
  type ArgumentCondition,
  EFFECTS,
  type Effect,
  type PolicyConditions,
  type PolicyInput,
  type Ruling,
  type TimeWindow,
  TOOL_KINDS,
  type ToolAnnotations,
  type ToolKind,
  type ToolPolicy,
  WEEKDAYS,
} from './policy.ts';
export { NO_POLICIES, type PolicySet, type PreparedPolicies, preparePolicies } from './prepare.ts';
export { PRESETS, type Preset, presetPolicies } from './presets.ts';
export { POLICY_BOUNDS, problemsOf } from './problems.ts';
export { type ChangedCall, type RecordedCall, Replay, type ReplayReport } from './replay.ts';
export { effectKind } from './tool-kind.ts';
