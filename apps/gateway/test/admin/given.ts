/** An installation with the admin surface on a database of its own, and people and keys in it. */
import { randomBytes } from 'node:crypto';
import { type ArtifactStore, createFileArtifactStore } from '@patchbay/artifacts';
import { createDatabase, type Database } from '@patchbay/domain';
import { createApiKey, createApiKeyCache, type NewApiKey } from '@patchbay/domain/api-keys';
import { ChangeFeed, OutboxRelay } from '@patchbay/domain/changes';
import { createEndpointDirectory } from '@patchbay/domain/endpoints';
import { createGrantDirectory, type GrantDirectory } from '@patchbay/domain/grants';
import { createLimitDirectory } from '@patchbay/domain/limits';
import { ALL_PERMISSIONS, findMember, mayKeyHold, type Role } from '@patchbay/domain/organizations';
import type { GuardedFetch } from '@patchbay/egress/guarded-fetch';
import { AppError, type Clock, Secret, systemClock } from '@patchbay/foundation';
import { STANDARD_PLAN } from '@patchbay/foundation/limits';
import { createTestDatabase, temporaryDirectory } from '@patchbay/testing';
import { createVault, type KeySource, localKeySource, type Vault } from '@patchbay/vault';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { DeployWaker } from '../../src/admin/deploy-waker.ts';
import { createAdminSurface } from '../../src/admin/index.ts';
import { createConnections } from '../../src/connections/index.ts';
import { LocalStore } from '../../src/ephemeral-store/local-store.ts';
import { RedisStore } from '../../src/ephemeral-store/redis-store.ts';
import { createIdentityPart, type IdentityPart } from '../../src/identity/index.ts';
import { LocalLimiter } from '../../src/limits/local-limiter.ts';
import type { MailChannel } from '../../src/mail/index.ts';
import { type AuthorizationServer, createAuthorizationServer } from '../../src/oauth/index.ts';
import { createServer } from '../../src/server.ts';
import { createSso } from '../../src/sso/index.ts';
import { OneTimeFiles } from '../../src/untrusted/one-time-files.ts';
import { givenAddressBudget } from '../given-limits.ts';

export const ORIGIN = 'http://localhost:4000';
export const PASSWORD = 'correct horse battery staple';
const DAY_MS = 86_400_000;

export interface SignedIn {
  readonly personId: string;
  readonly email: string;
  readonly cookie: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | number | undefined>;
  readonly text: string;
  /** The parsed body, read loosely: what it holds is what the test asserts. */
  // biome-ignore lint/suspicious/noExplicitAny: assertions read many shapes
  readonly body: any;
}

export interface Call {
  readonly as?: SignedIn | string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly payload?: Buffer;
  /** Where it comes from. */
  readonly address?: string;
}

/** Fixtures for assertions beside the answers. */
export interface Watched {
  /** Called with every line of the log, down to the finest level. */
  readonly log?: (line: string) => void;
  /** Called with the superuser's URL before anything is connected. */
  readonly onDatabase?: (superuserUrl: string) => Promise<void>;
  /** Keeps the ephemeral store in this Redis, and wakes the worker over the queue there and over the queue in PostgreSQL. */
  readonly redisUrl?: string;
  /** Answers for client metadata documents; without it every one is unreachable. */
  readonly fetchDocument?: (url: string) => Promise<Response>;
  /** How mail is sent; not at all by default. */
  readonly mail?: MailChannel;
  /** Time of the authorization server. */
  readonly clock?: Clock;
  /** Reaches identity providers; without it every one is unreachable. */
  readonly ssoFetch?: GuardedFetch;
  /** The way to providers that people connect accounts at. */
  readonly upstreamFetch?: GuardedFetch;
}

/** The installation of one test file. */
export class Installation {
  readonly database: Database;
  /** Database of the role that the gateway and the worker use. */
  readonly databaseUrl: string;
  readonly artifacts: ArtifactStore;
  readonly artifactDirectory: string;
  readonly people: IdentityPart;
  readonly vault: Vault;
  /** Organizations whose keys are withheld. */
  readonly withheld: ReadonlySet<string>;
  readonly app: FastifyInstance;
  /** Versions the worker was woken for. */
  readonly woken: string[];
  readonly origin: string;
  readonly files: OneTimeFiles;
  readonly oauth: AuthorizationServer;
  readonly grants: GrantDirectory;
  /** For looking behind row-level security. */
  readonly superuserUrl: string;
  readonly #close: () => Promise<void>;
  #addresses = 0;

  private constructor(
    parts: Omit<Installation, 'call' | 'owner' | 'signIn' | 'join' | 'key' | 'close'> & { close(): Promise<void> },
  ) {
    this.database = parts.database;
    this.databaseUrl = parts.databaseUrl;
    this.artifacts = parts.artifacts;
    this.artifactDirectory = parts.artifactDirectory;
    this.people = parts.people;
    this.vault = parts.vault;
    this.withheld = parts.withheld;
    this.app = parts.app;
    this.woken = parts.woken;
    this.origin = parts.origin;
    this.files = parts.files;
    this.oauth = parts.oauth;
    this.grants = parts.grants;
    this.superuserUrl = parts.superuserUrl;
    this.#close = parts.close;
  }

  static async start(signup = 'open', origin = ORIGIN, watched: Watched = {}): Promise<Installation> {
    const { urls, superuserUrl } = await createTestDatabase();
    await watched.onDatabase?.(superuserUrl);
    const { log } = watched;
    const logger = log ? pino({ level: 'trace' }, { write: log }) : pino({ level: 'silent' });
    const database = createDatabase({ url: urls.app, poolSizeMax: 4 });
    const feed = new ChangeFeed({ url: urls.app, logger });
    await feed.start();
    const relay = OutboxRelay.start({ url: urls.app, logger });
    const apiKeys = createApiKeyCache({ database, feed });
    const artifactDirectory = await temporaryDirectory('artifacts');
    const artifacts = createFileArtifactStore({ directory: artifactDirectory });
    const secret = new Secret('a secret for tests of forty characters..');
    const redisUrl = watched.redisUrl ?? null;
    const ephemeralStore =
      redisUrl === null
        ? new LocalStore(systemClock)
        : new RedisStore({ redisUrl, secret, clock: systemClock, logger });
    const queues =
      redisUrl === null
        ? []
        : [
            new DeployWaker({ redisUrl: null, databaseUrl: new Secret(urls.queue), logger }),
            new DeployWaker({ redisUrl: new Secret(redisUrl), databaseUrl: null, logger }),
          ];
    const files = new OneTimeFiles({ ephemeralStore, artifacts, clock: systemClock });
    const people = createIdentityPart({
      origin,
      databaseUrl: new Secret(urls.auth),
      secret,
      signup,
      mail: watched.mail ?? null,
      database,
      ephemeralStore,
      clock: systemClock,
      logger,
    });
    const withheld = new Set<string>();
    const keySource: KeySource = {
      ...localKeySource([{ id: 0, bytes: randomBytes(32) }]),
      withhold: async (id) => void withheld.add(id),
      release: async (id) => void withheld.delete(id),
    };
    const vault = createVault({ keySource });
    const endpoints = createEndpointDirectory({ database, feed });
    const grants = createGrantDirectory({ database, feed });
    const sso = await createSso({
      origin,
      keySource,
      secret,
      database,
      vault,
      people,
      fetch: watched.ssoFetch ?? (() => Promise.reject(new AppError('egress.upstream_failed'))),
      clock: watched.clock ?? systemClock,
    });
    const connections = createConnections({
      origin,
      secret,
      database,
      vault,
      identity: people.identity,
      fetch: watched.upstreamFetch ?? (() => Promise.reject(new AppError('egress.upstream_failed'))),
    });
    const oauth = await createAuthorizationServer({
      origin,
      keySource,
      secret,
      database,
      endpoints,
      grants,
      ephemeralStore,
      logger,
      databaseUrl: new Secret(urls.auth),
      identity: people.identity,
      external: people.external,
      oidc: sso.oidc,
      clock: watched.clock ?? systemClock,
      fetchDocument: watched.fetchDocument ?? (() => Promise.reject(new Error('no network'))),
    });
    const woken: string[] = [];
    const admin = createAdminSurface({
      origin,
      database,
      apiKeys,
      artifacts,
      logger,
      clock: systemClock,
      vault,
      changes: feed,
      identity: people.identity,
      oauth,
      sso,
      connections,
      wakeDeploy: async (versionId) => {
        woken.push(versionId);
        await Promise.all(queues.map((queue) => queue.wake(versionId)));
      },
      refuseUploads: async () => {},
      files,
      limiter: new LocalLimiter(systemClock),
      limits: createLimitDirectory({ database, feed, plan: STANDARD_PLAN }),
    });
    const app = await createServer({
      origin,
      logger,
      trustedProxies: [],
      dashboardUpstream: undefined,
      addressBudget: givenAddressBudget(),
      revokeExposed: (text) => void (text.startsWith('pbk_') ? apiKeys.revokeExposed(text) : oauth.endExposed(text)),
      surfaces: [people.surface, sso.surface, connections.surface, { name: 'oauth', register: oauth.mount }, admin],
    });
    const close = async () => {
      await app.close();
      endpoints.close();
      await Promise.all([
        apiKeys.close(),
        grants.close(),
        people.close(),
        oauth.close(),
        ...queues.map((queue) => queue.close()),
      ]);
      ephemeralStore.close();
      await Promise.all([feed.close(), relay.close()]);
      await database.close();
    };
    const parts = {
      origin,
      database,
      databaseUrl: urls.app,
      artifacts,
      people,
      vault,
      withheld,
      app,
      woken,
      files,
      oauth,
      grants,
    };
    return new Installation({ ...parts, artifactDirectory, superuserUrl, close });
  }

  /** A call to `/api/v1` + path: as a signed-in browser page, with a key, or anonymously. */
  async call(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, call: Call = {}): Promise<Answer> {
    const { as, body } = call;
    const answer = await this.app.inject({
      method,
      remoteAddress: call.address ?? '127.0.0.1',
      url: path.startsWith('/api') || path.startsWith('/-/') ? path : `/api/v1${path}`,
      headers: {
        host: new URL(this.origin).host,
        ...(typeof as === 'string' && { authorization: `Bearer ${as}` }),
        ...(typeof as === 'object' && { cookie: as.cookie, 'sec-fetch-site': 'same-origin' }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...call.headers,
      },
      payload: call.payload ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
    const isJson = String(answer.headers['content-type']).includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: isJson && answer.body !== '' ? JSON.parse(answer.body) : null,
    };
  }

  /** A person who owns a new organization. */
  async owner(slug: string): Promise<SignedIn & { readonly organizationId: string }> {
    const email = `owner@${slug}.example`;
    const { person, organizationId } = await this.people.createFirstOwner({
      name: `Owner of ${slug}`,
      email,
      slug,
      organizationName: slug,
      password: new Secret(PASSWORD),
    });
    return { ...(await this.signIn(email)), organizationId, personId: person.id };
  }

  /** Signs in with the common password of all test accounts. */
  async signIn(email: string): Promise<SignedIn> {
    const answer = await this.#auth('/sign-in/email', { email, password: PASSWORD }, {});
    const cookie = String([answer.headers['set-cookie']].flat()[0]).split(';', 1).join('');
    return { email, cookie, personId: answer.json().user.id };
  }

  /** Another person, in the owner's organization with a role. */
  async join(owner: SignedIn & { organizationId: string }, role: Role, name: string): Promise<SignedIn> {
    const email = `${name}@people.example`;
    const path = `/organizations/${owner.organizationId}/invitations`;
    const invitation = await this.call('POST', path, { as: owner, body: { email, role } });
    const secret = new URL(invitation.body.url).pathname.split('/').at(-1) ?? '';
    await this.#auth('/sign-up/email', { email, password: PASSWORD, name }, { 'x-patchbay-invitation': secret });
    const person = await this.signIn(email);
    await this.#auth(
      '/organization/accept-invitation',
      { invitationId: invitation.body.id },
      { cookie: person.cookie, 'sec-fetch-site': 'same-origin', 'x-patchbay-invitation': secret },
    );
    return person;
  }

  /** The text of a new key. */
  async key(owner: { organizationId: string; personId: string }, input: Partial<NewApiKey> = {}): Promise<string> {
    return this.database.withOrganization(owner, async (tx) => {
      const member = await findMember(tx, owner.personId);
      if (!member) throw new Error('keys belong to members');
      const { secret } = await createApiKey(
        tx,
        { kind: 'person', personId: owner.personId },
        { kind: 'admin', name: 'test', expiresAt: new Date(Date.now() + DAY_MS), ...defaultsOf(input), ...input },
        { permissions: new Set(ALL_PERMISSIONS) },
      );
      return secret.reveal();
    });
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Attempts are limited per address, so each comes from another. */
  #auth(path: string, body: unknown, headers: Record<string, string>) {
    this.#addresses += 1;
    return this.app.inject({
      method: 'POST',
      url: `/api/auth${path}`,
      remoteAddress: `10.0.${this.#addresses >> 8}.${this.#addresses & 255}`,
      headers: { host: new URL(this.origin).host, 'content-type': 'application/json', ...headers },
      payload: JSON.stringify(body),
    });
  }
}

/** The minimal lists that a key of the kind must have. */
function defaultsOf(input: Partial<NewApiKey>): Partial<NewApiKey> {
  if (input.kind === 'mcp' || input.kind === 'deploy') return { connectorIds: ['*'] };
  return { permissions: ALL_PERMISSIONS.filter(mayKeyHold) };
}
