export { bundleConnector, readConnector } from './connectors/bundle-connector.ts';
export { echoVersion } from './connectors/echo-version.ts';
export { DAMAGES, type Damage, damageFile } from './disks/damage-file.ts';
export { canMountDisk, mountSmallDisk, openSmallDisk, type SmallDisk } from './disks/small-disk.ts';
export { bubblewrapFile, hasSandboxes } from './hosts/sandboxes.ts';
export { type ConsentingPerson, consentingPerson } from './platform/consenting-person.ts';
export { fetchAt } from './platform/fetch-at.ts';
export {
  createGiven,
  type Given,
  type GivenAccessToken,
  type GivenConnector,
  type GivenOrganization,
  type GivenPerson,
  type GivenVersion,
  givenConnector,
} from './platform/given.ts';
export { type OtherGateway, type Platform, type PlatformOptions, startPlatform } from './platform/platform.ts';
export type { PlatformProcess } from './platform/platform-process.ts';
export { RAISED_LIMITS } from './platform/raised-limits.ts';
export { type PlatformFixture, type WithPlatformOptions, withPlatform } from './platform/with-platform.ts';
export { type ChromiumLaunch, findTestChromium } from './programs/chromium.ts';
export { programsOfTests } from './programs/programs-of-tests.ts';
export { freePort } from './run/free-port.ts';
export { compileCache, linkRunCaches, makeSandboxDirectory, preparedDirectory } from './run/run-caches.ts';
export { skipUnless } from './run/skip-unless.ts';
export { temporaryDirectory } from './run/temporary-directory.ts';
export { waitFor } from './run/wait-for.ts';
export { CuttableProxy } from './services/cuttable-proxy.ts';
export { createTestDatabase, type TestDatabase } from './services/database.ts';
export type { ProviderClient } from './services/oauth-provider/authorization-server.ts';
export { GrantModel, type IssuedTokens } from './services/oauth-provider/grant-model.ts';
export { OAuthProvider, type OAuthProviderOptions } from './services/oauth-provider/oauth-provider.ts';
export { ProviderClock } from './services/oauth-provider/provider-clock.ts';
export { FAULTS, type Fault, type Hold, type ProviderRequest } from './services/oauth-provider/provider-faults.ts';
export { fetchThrough, type ProviderReach, reachOptions } from './services/oauth-provider/provider-reach.ts';
export { STRICT_RULES, type TokenRules } from './services/oauth-provider/token-rules.ts';
export { type TestPostgresServer, testPostgresServer } from './services/postgres.ts';
export { redisMissing, type TestRedis, testRedis } from './services/redis.ts';
