export { createBubblewrapDriver } from './drivers/bubblewrap-driver.ts';
export type { SandboxDriver } from './drivers/driver.ts';
export { PlainDriver } from './drivers/plain-driver.ts';
export { PROFILES, SANDBOX_LIMITS } from './limits.ts';
export { type ProgramName, type ProgramSources, Programs } from './programs.ts';
export { SandboxHost, type SandboxHostOptions } from './sandbox-host.ts';
export { serveConnection } from './serve-connection.ts';
export { prepareToolchain } from './toolchain.ts';
