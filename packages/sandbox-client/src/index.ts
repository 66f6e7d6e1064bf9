export { createSandboxClient } from './create-sandbox-client.ts';
export type {
  InvokeOptions,
  RunTaskOptions,
  SandboxClient,
  SandboxClientOptions,
  SupervisorReport,
} from './sandbox-client.ts';
export { supervisorFields, supervisorProblems } from './supervisor-fields.ts';
export { fixedSupervisors, type SupervisorSource, type SupervisorTarget } from './supervisor-target.ts';
