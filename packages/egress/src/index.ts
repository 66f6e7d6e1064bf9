/** The way out of a sandbox: one proxy per sandbox, which knows what its connector declared. */
export type { Resolver } from './addresses/resolve-destination.ts';
export { type EnteredCall, SandboxCalls } from './credentials/sandbox-calls.ts';
export { EgressProxy } from './proxy/egress-proxy.ts';
