import type { SandboxClient, SandboxClientOptions } from './sandbox-client.ts';

/** Connects to a supervisor's socket; reconnects by itself, with back-off, until closed. */
export declare function createSandboxClient(options: SandboxClientOptions): SandboxClient;
