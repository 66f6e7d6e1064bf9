export {
  type ActivateInput,
  type Activation,
  activate,
  type Deployment,
  type DeploymentState,
  type HoldReason,
  listDeployments,
  rollBack,
} from './deployments.ts';
export { ACTIVATION_GATES, type ActivationGate, type DeploymentCause, type GateQuestion } from './gates.ts';
