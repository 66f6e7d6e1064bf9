export { policyConditions } from './conditions-schema.ts';
export {
  createPolicy,
  deletePolicy,
  listPolicies,
  type Policies,
  type Policy,
  replacePolicies,
  updatePolicy,
} from './policies.ts';
export { createPolicyDirectory, type PolicyDirectory } from './policy-directory.ts';
export { listLiveTools, type ToolFacts, toolFacts } from './tool-facts.ts';
