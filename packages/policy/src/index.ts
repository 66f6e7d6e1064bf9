/** Rules about calls. Pure and browser-safe: the gateway rules with it, the dashboard previews with it. */
export { decide } from './decide.ts';
export { matchGlob } from './match-glob.ts';
export {
  EFFECTS,
  type Effect,
  NO_POLICIES,
  type PolicyInput,
  type PolicySet,
  type Ruling,
  type ToolAnnotations,
  type ToolPolicy,
} from './policy.ts';
