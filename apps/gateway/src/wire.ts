/** Every constructor of the gateway, once. Reading it from top to bottom shows what the process is made of. */
import { randomUUID } from 'node:crypto';
import { openArtifactStore } from '@patchbay/artifacts';
import { createDatabase } from '@patchbay/domain';
import { createApiKeyCache } from '@patchbay/domain/api-keys';
import { ChangeFeed } from '@patchbay/domain/changes';
import { createEndpointDirectory } from '@patchbay/domain/endpoints';
import { createGrantDirectory } from '@patchbay/domain/grants';
import { createLimitDirectory } from '@patchbay/domain/limits';
import { createPolicyDirectory } from '@patchbay/domain/policies';
import { UsageSpool } from '@patchbay/domain/usage';
import { type Logger, Secret, systemClock } from '@patchbay/foundation';
import type { Application } from '@patchbay/foundation/process';
import { createAuditSigner, createStateSealer, createTokenSigner, createVault, openKeySource } from '@patchbay/vault';
import { DeployWaker } from './admin/deploy-waker.ts';
import { createAdminSurface } from './admin/index.ts';
import type { GatewayConfig } from './config.ts';
import { connectSurface } from './connect/plugin.ts';
import { createConnections } from './connections/index.ts';
import { docsSurface } from './docs/plugin.ts';
import { downloadsSurface } from './downloads/plugin.ts';
import { openEphemeralStore } from './ephemeral-store/redis-store.ts';
import { createDiskWatch } from './health/disk-watch.ts';
import { gatewayChecks } from './health/health-checks.ts';
import { RedisProbe } from './health/redis-probe.ts';
import { createIdentityPart } from './identity/index.ts';
import { recognizedCredentials } from './identity/recognized-credentials.ts';
import { printSetupLink, showSetupLink } from './identity/show-setup-link.ts';
import { AddressBudget } from './limits/address-budget.ts';
import { openLimiter } from './limits/redis-limiter.ts';
import { openMailChannel } from './mail/index.ts';
import { ExposedTokens } from './mcp/access/exposed-tokens.ts';
import { AccessTokens } from './mcp/access/verify-access-token.ts';
import { createNotifyAuthor } from './mcp/call/author-log.ts';
import { startTracing } from './mcp/call/tracing.ts';
import { SessionSignals } from './mcp/sessions/session-signals.ts';
import { DatabaseSessionStore } from './mcp/sessions/session-store.ts';
import { Sessions } from './mcp/sessions/sessions.ts';
import { createConnectorEvents } from './mcp/subscriptions/connector-events.ts';
import { createMcpSurface } from './mcp/surface.ts';
import { createAuthorizationServer } from './oauth/index.ts';
import { RedisPubSub } from './pub-sub/redis-pub-sub.ts';
import { RelayedPubSub } from './pub-sub/relayed-pub-sub.ts';
import { readAuthSecret } from './read-auth-secret.ts';
import { createSandboxPart } from './sandboxes/create-sandbox-part.ts';
import { closeServer, createServer, portOf } from './server.ts';
import { createSso } from './sso/index.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { OneTimeFiles } from './untrusted/one-time-files.ts';

const DATABASE_POOL_MAX = 10;

/** Builds the gateway. Nothing listens yet; the database may still be away. */
export async function wireGateway(config: GatewayConfig, logger: Logger): Promise<Application> {
  const clock = systemClock;
  const { origin } = config;
  const keySource = await openKeySource(config.keys);
  const vault = createVault({ keySource });
  const artifacts = openArtifactStore(config.artifacts);
  const database = createDatabase({
    url: config.database.url,
    poolSizeMax: DATABASE_POOL_MAX,
    // A new name per start: a writer's rows are numbered without gaps for the life of its process.
    auditWriter: await createAuditSigner(keySource, 'gateway', randomUUID()),
  });
  const changes = new ChangeFeed({ url: config.database.url, logger });
  changes.onChange(({ kind, id }) => (kind === 'organization' ? vault.forget(id) : undefined));
  const endpoints = createEndpointDirectory({ database, feed: changes });
  const limits = createLimitDirectory({ database, feed: changes, plan: config.limits.plan });
  const policies = createPolicyDirectory({ database, feed: changes });
  const apiKeys = createApiKeyCache({ database, feed: changes, logger });
  const grants = createGrantDirectory({ database, feed: changes });
  const spool = await UsageSpool.open({ directory: config.spoolDirectory, database, logger });
  const redis = config.redisUrl === undefined ? null : new RedisProbe(config.redisUrl);
  const tracing = await startTracing(config.tracing, logger);
  const pubSub =
    config.redisUrl === undefined
      ? new RelayedPubSub({ database, changes, logger })
      : new RedisPubSub(config.redisUrl, logger);
  const events = createConnectorEvents(pubSub);
  const sandboxPart = await createSandboxPart({
    config,
    artifacts,
    database,
    vault,
    endpoints,
    changes,
    onEvent: (event) => events.publish(event),
    onLogLinesDropped: (lines) => metrics.logLinesDropped.inc(lines),
    logger,
  });
  const { sandboxes, connectorLogs, retirement } = sandboxPart;
  const metrics = createMetrics({
    cacheStatistics: () => ({
      endpoints: endpoints.statistics(),
      api_keys: apiKeys.statistics(),
      grants: grants.statistics(),
      access_tokens: accessTokens.statistics(),
    }),
    droppedEvents: () => spool.statistics().dropped,
    supervisors: () => sandboxes.supervisors(),
    countsLimitsAlone: () => limiter.condition().problem !== null,
  });

  const sessions = new Sessions({
    signer: await createTokenSigner(keySource, 'mcp sessions'),
    store: new DatabaseSessionStore({ database, vault }),
    signals: new SessionSignals(pubSub),
    clock,
  });
  const secret = await readAuthSecret(config.authSecretFile);
  if (config.signUpProblem !== null) logger.warn(`PATCHBAY_SIGNUP ${config.signUpProblem}`);
  const ephemeralStore = openEphemeralStore(config.redisUrl, { secret, clock, logger });
  const databaseUrl = new Secret(config.database.authUrl);
  const shared = { origin, secret, database, databaseUrl, ephemeralStore, clock, logger };
  const mail = openMailChannel(config.mail, origin);
  const people = createIdentityPart({ ...shared, mail, signup: config.signup, releasedNames: config.releasedNames });
  const { identity } = people;
  const sso = await createSso({ ...shared, keySource, vault, people });
  const connections = createConnections({ ...shared, vault, identity });
  const inner = { identity, external: people.external, oidc: sso.oidc };
  const oauth = await createAuthorizationServer({ ...shared, ...inner, keySource, endpoints, grants });
  const accessTokens = new AccessTokens({ issuer: origin, keys: oauth.signingKeys, grants, clock });
  const exposedTokens = new ExposedTokens({ accessTokens, endOther: oauth.endExposed, database, logger });
  const limiter = openLimiter(config.redisUrl, { secret, clock, logger });
  const mcp = createMcpSurface({
    origin,
    endpoints,
    apiKeys,
    accessTokens,
    sandboxes,
    retirement,
    spool,
    metrics,
    tracing,
    logger,
    clock,
    stateSealer: await createStateSealer(keySource, 'request state'),
    changes,
    events,
    sessions,
    ephemeralStore,
    loadPolicies: (organizationId) => policies.policiesOf(organizationId),
    limiter,
    loadPlan: (organizationId) => limits.planOf(organizationId),
    // There are no connections yet: the step exists, with nothing in it.
    openCredentials: async () => [],
    // Nothing waits for a human yet, so no call needs its intent kept past the process that sends it.
    recordIntent: async () => undefined,
    notifyAuthor: createNotifyAuthor(connectorLogs, clock),
  });
  const waker = new DeployWaker({
    redisUrl: config.redisUrl === undefined ? null : new Secret(config.redisUrl),
    databaseUrl: config.database.queueUrl === undefined ? null : new Secret(config.database.queueUrl),
    logger,
  });
  const disks = createDiskWatch(config.watchedDirectories);
  const admin = createAdminSurface({
    origin,
    database,
    apiKeys,
    artifacts,
    vault,
    changes,
    clock,
    logger,
    identity,
    oauth,
    sso,
    connections,
    wakeDeploy: (versionId) => waker.wake(versionId),
    refuseUploads: () => disks.refuseUploads(),
    files: new OneTimeFiles({ ephemeralStore, artifacts, clock }),
    limiter,
    limits,
  });

  const app = await createServer({
    origin,
    addressBudget: new AddressBudget({
      ...recognizedCredentials({ apiKeys, accessTokens, sessionCookie: people.sessionCookie }),
      clock,
      limits: config.limits.address,
      knowsOrganization: (slug) => endpoints.hasServed(slug),
      onRefused: (kind) => metrics.limitedRequests.inc({ kind }),
    }),
    logger,
    trustedProxies: config.trustedProxies,
    dashboardUpstream: config.dashboardUpstream,
    revokeExposed: (text) => (text.startsWith('pbk_') ? apiKeys.revokeExposed(text) : exposedTokens.report(text)),
    surfaces: [
      people.surface,
      sso.surface,
      connections.surface,
      { name: 'oauth', register: oauth.mount },
      admin,
      ...downloadsSurface(config),
      ...docsSurface({ ...config, logger }),
      connectSurface({ ...config, endpoints }),
      mcp,
    ],
  });

  return {
    checks: gatewayChecks({
      keys: keySource,
      database,
      identity: people,
      changes,
      sandboxes,
      artifacts,
      redis,
      limits: limiter,
      queue: waker,
      usage: spool,
      disks,
      dashboardUpstream: config.dashboardUpstream,
    }),
    metrics: metrics.registry,
    async start() {
      await Promise.all([changes.start(), app.ready(), limiter.start()]);
      await app.listen({ port: config.listen.port, host: config.listen.host });
      if (config.mode === 'production') await printSetupLink(people, logger);
      return { port: portOf(app), origin };
    },
    // The operator requests another setup link: `patchbay admin setup-link`, on this machine.
    onSignal: { SIGUSR2: () => showSetupLink(people, logger) },
    /** Calls in flight get ten seconds; what happened is put on record. */
    async drain() {
      await closeServer(app);
      await Promise.all([mcp.close(), waker.close(), sandboxPart.close(), tracing.close()]);
      await exposedTokens.close();
      await Promise.all([spool.close(), apiKeys.close(), grants.close(), people.close(), oauth.close()]);
      endpoints.close();
      limits.close();
      policies.close();
      vault.close();
      keySource.close();
      redis?.close();
      limiter.close();
      ephemeralStore.close();
      await pubSub.close();
      metrics.close();
      await changes.close();
      await database.close();
    },
  };
}
