/**
 * Asks every operation of the OpenAPI document with made-up requests, as every kind of caller, in an installation of two
 * organizations, and judges each answer: no failure of ours, every refusal a problem of the catalogue, nothing of the
 * other organization.
 */
import { readFile } from 'node:fs/promises';
import { insertLogLines } from '@patchbay/domain/logs';
import { ROLES } from '@patchbay/domain/organizations';
import { submitVersion } from '@patchbay/domain/versions';
import { ERRORS } from '@patchbay/foundation';
import fc from 'fast-check';
import { Installation, type SignedIn } from './given.ts';
import { type FuzzedRequest, type Operation, operationsOf, RequestArbitraries } from './request-arbitraries.ts';

type Owner = SignedIn & { readonly organizationId: string };
type Caller = { readonly name: string; readonly as: SignedIn | string | undefined };

const DOCUMENT = new URL('../../../../packages/api-client/openapi.json', import.meta.url);
/** In a name, a secret, a log line and a key of the other organization: no answer may hold it. */
const THEIRS = 'only-theirs-may-read';
const SEEDS_APART = 1_000_003;
/** They change who may call: last, and the organization is brought back. */
const LAST = [
  'removeMember',
  'updateMember',
  'revokeApiKey',
  'deleteConnector',
  'updateOrganization',
  'deleteOrganization',
];

/** Ids of operations, those that change who may call at the end. */
export function inFuzzedOrder(operationIds: readonly string[]): string[] {
  return operationIds.toSorted((one, other) => LAST.indexOf(one) - LAST.indexOf(other));
}

export class FuzzedInstallation {
  readonly operations: readonly Operation[];
  /** How many answers had which status. */
  readonly statuses = new Map<number, number>();
  readonly #installation: Installation;
  readonly #ours: Owner;
  readonly #theirs: Owner;
  readonly #callers: readonly Caller[];
  readonly #arbitraries: RequestArbitraries;
  /** Values worth asking with, by the parameter's name. */
  readonly #named: Readonly<Record<string, readonly string[]>>;
  /** Ids of the other organization. */
  readonly #foreign: readonly string[];

  private constructor(parts: {
    document: Parameters<typeof operationsOf>[0];
    installation: Installation;
    ours: Owner;
    theirs: Owner;
    callers: readonly Caller[];
    named: Readonly<Record<string, readonly string[]>>;
    foreign: readonly string[];
  }) {
    const described = new Map(operationsOf(parts.document).map((operation) => [operation.operationId, operation]));
    this.operations = inFuzzedOrder([...described.keys()]).flatMap((id) => described.get(id) ?? []);
    this.#installation = parts.installation;
    this.#ours = parts.ours;
    this.#theirs = parts.theirs;
    this.#callers = parts.callers;
    this.#named = parts.named;
    this.#foreign = parts.foreign;
    const ids = Object.values(parts.named).flat();
    const texts = ids.filter((text) => !parts.foreign.some((foreign) => text.includes(foreign)));
    this.#arbitraries = new RequestArbitraries(parts.document, { ids, texts });
  }

  static async start(): Promise<FuzzedInstallation> {
    const document = JSON.parse(await readFile(DOCUMENT, 'utf8'));
    const installation = await Installation.start();
    const [ours, theirs] = [await installation.owner('ours'), await installation.owner('theirs')];
    const own = await furnish(installation, ours, 'ours', 'of ours');
    const foreign = await furnish(installation, theirs, 'theirs', THEIRS);
    const callers: Caller[] = [
      { name: 'nobody', as: undefined },
      { name: 'a key that is none', as: 'pbk_admin_0000000000000000000000000000000000000000' },
      { name: 'the owner', as: ours },
    ];
    for (const role of ROLES) callers.push({ name: role, as: await installation.join(ours, role, `a-${role}`) });
    for (const kind of ['admin', 'deploy', 'mcp'] as const) {
      callers.push({ name: `a key of kind ${kind}`, as: await installation.key(ours, { kind }) });
    }
    const limited = await installation.key(ours, { kind: 'deploy', connectorIds: [own.connector] });
    callers.push({ name: 'a deploy key for one connector', as: limited });
    const named = {
      organization: ['ours', 'ours', 'ours', ours.organizationId, 'theirs', theirs.organizationId, 'nobodys'],
      connector: ['weather', 'weather', own.connector, foreign.connector, 'tides', 'gone'],
      member: [own.member, foreign.member],
      invitation: [own.invitation, foreign.invitation],
      apiKey: [own.apiKey, foreign.apiKey],
      number: ['1', '2', '2147483647'],
      name: ['API_KEY', 'OTHER'],
      cursor: [
        ...own.cursors,
        ...foreign.cursors,
        Buffer.from('9999-12-31T23:59:59.999Z aud_\0').toString('base64url'),
      ],
    };
    return new FuzzedInstallation({
      document,
      installation,
      ours,
      theirs,
      callers,
      named,
      foreign: [theirs.organizationId, theirs.personId, ...foreign.ids, THEIRS],
    });
  }

  /** Runs made-up requests against one operation. @throws Error with the request, the answer and the seed to repeat it */
  async fuzz(operation: Operation, options: { readonly seed: number; readonly runs: number }): Promise<void> {
    // Another stream of chance for each operation: with one for all, all would be asked the same.
    const seed = (options.seed + this.operations.indexOf(operation) * SEEDS_APART) | 0;
    const caller = fc.constantFrom(...this.#callers);
    const request = this.#arbitraries.request(operation, this.#named);
    await fc.assert(
      fc.asyncProperty(caller, request, (by, made) => this.#ask(operation, by, made)),
      // Not shrunk: an answer depends on what the requests before it changed.
      { seed, numRuns: options.runs, endOnFailure: true },
    );
  }

  /** Everything of the other organization that a request could have changed. */
  async lookAtTheirs(): Promise<readonly string[]> {
    const paths = [
      '',
      '/members',
      '/invitations',
      '/api-keys',
      '/connectors',
      '/connectors/weather/secrets',
      '/audit-events',
    ];
    const answers = [];
    for (const path of paths) {
      const { status, text } = await this.#installation.call('GET', `/organizations/theirs${path}`, {
        as: this.#theirs,
      });
      if (status !== 200) throw new Error(`their own ${path} answers ${status}: ${text}`);
      answers.push(text);
    }
    return answers;
  }

  close(): Promise<void> {
    return this.#installation.close();
  }

  async #ask(operation: Operation, caller: Caller, request: FuzzedRequest): Promise<void> {
    const answer = operation.streams
      ? await this.#openStream(operation, caller, request)
      : await this.#installation.call(operation.method, request.url, {
          ...(caller.as !== undefined && { as: caller.as }),
          headers: request.headers,
          ...(request.payload !== null && { payload: Buffer.from(request.payload) }),
        });
    this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
    const problem = objection(answer, request, this.#foreign);
    if (problem !== null) {
      const asked = `${operation.method} ${request.url} ${JSON.stringify(request.headers)} ${request.payload ?? ''}`;
      throw new Error(`${problem}\nasked by ${caller.name}: ${asked}\nanswered: ${answer.status} ${answer.text}`);
    }
    if (operation.operationId === 'deleteOrganization' && answer.status === 204) await this.#restore();
  }

  /** The head of a stream and what comes at once; then the reader goes. */
  async #openStream(operation: Operation, caller: Caller, { url, headers }: FuzzedRequest) {
    const { as } = caller;
    const answer = await this.#installation.app.inject({
      method: operation.method,
      url,
      headers: {
        host: new URL(this.#installation.origin).host,
        ...(typeof as === 'string' && { authorization: `Bearer ${as}` }),
        ...(typeof as === 'object' && { cookie: as.cookie, 'sec-fetch-site': 'same-origin' }),
        ...headers,
      },
      payloadAsStream: true,
    });
    const stream = answer.stream();
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
      if (answer.statusCode === 200) break;
    }
    stream.destroy();
    return { status: answer.statusCode, headers: answer.headers, text };
  }

  async #restore(): Promise<void> {
    await this.#installation.call('POST', `/organizations/${this.#ours.organizationId}/restore`, { as: this.#ours });
  }
}

/** One of each in an organization, with `mark` as every user-chosen text. */
async function furnish(installation: Installation, owner: Owner, slug: string, mark: string) {
  const at = (method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: unknown) =>
    installation.call(method, `/organizations/${slug}${path}`, { as: owner, ...(body !== undefined && { body }) });
  const { body: connector } = await at('POST', '/connectors', { slug: 'weather', name: mark });
  await at('PUT', '/connectors/weather/secrets/API_KEY', { value: mark });
  const { body: invitation } = await at('POST', '/invitations', { email: `guest@${slug}.example`, role: 'member' });
  const { body: apiKey } = await at('POST', '/api-keys', { kind: 'mcp', name: mark, connectors: ['*'] });
  const { body: members } = await at('GET', '/members');
  const version = await installation.database.withOrganization(owner, (tx) =>
    submitVersion(
      tx,
      { kind: 'person', personId: owner.personId },
      { connectorId: connector.id, sourceDigest: `sha256:${'0'.repeat(64)}`, typecheck: true, activate: true },
    ),
  );
  await insertLogLines(installation.database, [
    {
      organizationId: owner.organizationId,
      connectorId: connector.id,
      versionId: version.id,
      subject: '',
      sandboxId: 'sbx_1',
      at: new Date(),
      level: 'info',
      source: 'connector',
      text: mark,
    },
  ]);
  const { body: audit } = await at('GET', '/audit-events?limit=1');
  const { body: keys } = await at('GET', '/api-keys?limit=1');
  return {
    connector: connector.id,
    invitation: invitation.id,
    apiKey: apiKey.id,
    member: members.items[0].id,
    cursors: [audit.nextCursor, keys.nextCursor].filter((cursor) => cursor !== null),
    ids: [
      connector.id,
      invitation.id,
      String(invitation.url).split('/').at(-1) ?? '',
      apiKey.id,
      apiKey.secret,
      members.items[0].id,
      version.id,
      audit.items[0].id,
    ],
  };
}

/** The fault of an answer, or null. */
function objection(
  answer: { readonly status: number; readonly headers: Record<string, unknown>; readonly text: string },
  request: FuzzedRequest,
  foreign: readonly string[],
): string | null {
  const { status, headers, text } = answer;
  if (status >= 500) return 'a failure of ours';
  const sent = decodeURIComponentLoosely(`${request.url}\n${request.payload ?? ''}`);
  // Names chosen by the caller may be repeated to it.
  const leaked = foreign.find((value) => text.includes(value) && !sent.includes(value));
  if (leaked !== undefined) return `the answer holds ${leaked} of the other organization`;
  const ofTheirs = /^\/api\/v1\/organizations\/(theirs)(\/|$|\?)/.test(request.url) || names(request.url, foreign[0]);
  if (ofTheirs && status < 400) return 'it was answered for the other organization';
  if (status < 400) return null;
  if (!/^application\/problem\+json/.test(String(headers['content-type'])))
    return 'a refusal that is no problem document';
  const problem = JSON.parse(text);
  const known = ERRORS[problem.code as keyof typeof ERRORS];
  if (known === undefined) return `the code ${problem.code} is not in the catalogue`;
  if (known.status !== status || problem.status !== status) return 'the status is not that of its code';
  const texts = [problem.type, problem.title, problem.detail, problem.hint, problem.requestId];
  if (texts.some((field) => typeof field !== 'string' || field === '')) return 'a problem without one of its fields';
  return null;
}

function names(url: string, organizationId: string | undefined): boolean {
  return url.startsWith(`/api/v1/organizations/${organizationId}`);
}

function decodeURIComponentLoosely(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}
