/** What the spawner's process needs of this package, and nothing that reads what a sandbox wrote. */
export { createBubblewrapDriver } from '../bubblewrap-driver.ts';
export { SpawnerServer, type SpawnerServerOptions } from './spawner-server.ts';
