export { createSandboxClient } from './create-sandbox-client.ts';
export type {
  InvokeOptions,
  Provision,
  RetireMatch,
  RunTaskOptions,
  SandboxClient,
  SandboxClientOptions,
} from './sandbox-client.ts';
