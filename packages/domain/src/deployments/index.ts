export type { Deployment, DeploymentState, HoldReason } from './deployment.ts';
export {
  type ActivateInput,
  type Activation,
  activate,
  listDeployments,
  type RollBackInput,
  rollBack,
} from './deployments.ts';
export {
  ACTIVATION_GATES,
  type ActivationGate,
  type DeploymentCause,
  type GateQuestion,
  refuseSharedNames,
} from './gates.ts';
