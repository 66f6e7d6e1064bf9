/** The part of this package that may run as root: it reads nothing that a sandbox wrote. */
export { createBubblewrapDriver } from './create-bubblewrap-driver.ts';
export { SpawnerServer, type SpawnerServerOptions } from './spawner/spawner-server.ts';
