export type { Authentication } from './decide-held.ts';
export type { Deployment, DeploymentState, HoldReason } from './deployment.ts';
export {
  type ActivateInput,
  type Activation,
  activate,
  listDeployments,
  type ResolveInput,
  type RollBackInput,
  resolveHeld,
  rollBack,
} from './deployments.ts';
export {
  ACTIVATION_GATES,
  type ActivationGate,
  type DeploymentCause,
  defineGate,
  type GateFacts,
  type GateInput,
} from './gates.ts';
