export { freePort } from '@patchbay/embedded';
export { bundleConnector, readConnector } from './bundle-connector.ts';
export { type ChromiumLaunch, findTestChromium } from './chromium.ts';
export { CuttableProxy } from './cuttable-proxy.ts';
export { DAMAGES, type Damage, damageFile } from './damage-file.ts';
export { createTestDatabase, type TestDatabase } from './database.ts';
export { echoVersion } from './echo-version.ts';
export { fetchAt } from './fetch-at.ts';
export {
  createGiven,
  type Given,
  type GivenAccessToken,
  type GivenConnector,
  type GivenOrganization,
  type GivenPerson,
  type GivenVersion,
  givenConnector,
} from './given.ts';
export { type OtherGateway, type Platform, type PlatformOptions, startPlatform } from './platform.ts';
export type { PlatformProcess } from './platform-process.ts';
export { programsOfTests } from './programs-of-tests.ts';
export { RAISED_LIMITS } from './raised-limits.ts';
export { redisMissing, type TestRedis, testRedis } from './redis.ts';
export { compileCache, makeSandboxDirectory, preparedDirectory } from './run-caches.ts';
export { bubblewrapFile, hasSandboxes } from './sandboxes.ts';
export { skipUnless } from './skip-unless.ts';
export { canMountDisk, mountSmallDisk, openSmallDisk, type SmallDisk } from './small-disk.ts';
export { temporaryDirectory } from './temporary-directory.ts';
export { waitFor } from './wait-for.ts';
export { type PlatformFixture, type WithPlatformOptions, withPlatform } from './with-platform.ts';
