/** A request as a fault sees it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** Method of the JSON-RPC message. */
  readonly rpc: string | undefined;
  readonly form: URLSearchParams;
  /** Own to one run of the Doctor. */
  readonly run: Map<string, number>;
  /** How often this has happened in the run, from 1. */
  count(name: string): number;
}

export interface Answered {
  status: number;
  headers: Record<string, string | readonly string[]>;
  body: string;
  /** Sends the body and leaves the connection open. */
  isOpen?: boolean;
}

export type Change = (answer: Answered, asked: Asked) => void;

/** One thing that a server does wrong, injected between client and a sound server. */
export interface Fault {
  readonly name: string;
  /** The rule of the Doctor that describes it. */
  readonly rule: string;
  readonly at: (asked: Asked) => boolean;
  /** `silent`: no answer comes. `instead`: the sound server is not asked. */
  readonly change: Change | 'silent';
  readonly ways?: readonly ('cimd' | 'dcr' | 'dcr-confidential')[];
}

/** Replaces the whole answer. */
export const answers =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Change =>
  (answer) => {
    answer.status = status;
    answer.headers = { 'content-type': 'application/json', ...headers };
    answer.body = typeof body === 'string' ? body : JSON.stringify(body);
  };

export const isPage: Change = answers(200, '<!doctype html><title>App</title>', { 'content-type': 'text/html' });

// biome-ignore lint/suspicious/noExplicitAny: documents of many shapes are damaged here
type Loose = any;

/** Changes members of the JSON in the answer, which may be an event of a stream. */
export const changesJson =
  (change: (document: Loose, asked: Asked) => void): Change =>
  (answer, asked) => {
    const isEvent = String(answer.headers['content-type']).includes('event-stream');
    const text = isEvent ? (/^data: ?(.*)$/m.exec(answer.body)?.[1] ?? 'null') : answer.body;
    const document = JSON.parse(text);
    if (document === null) return;
    change(document, asked);
    answer.body = isEvent ? answer.body.replace(text, JSON.stringify(document)) : JSON.stringify(document);
  };

export const changesHeader =
  (name: string, change: (value: string) => string | null): Change =>
  (answer) => {
    const changed = change(String(answer.headers[name] ?? ''));
    if (changed === null) delete answer.headers[name];
    else answer.headers[name] = changed;
  };

/** Changes the callback in a redirect to the client. */
export const changesCallback =
  (change: (parameters: URLSearchParams) => void): Change =>
  (answer) => {
    const location = answer.headers.location;
    if (typeof location !== 'string' || !/^http:\/\/localhost:43117\//.test(location)) return;
    const url = new URL(location);
    change(url.searchParams);
    answer.headers.location = url.href;
  };

const hasToken = ({ headers }: Asked) => headers.authorization !== undefined;
const isMcp = ({ path }: Asked) => path.endsWith('/mcp') && !path.startsWith('/.well-known');

/** The requests that faults are about. */
export const at = {
  mcp: (asked: Asked) => isMcp(asked) && asked.method === 'POST',
  without: (asked: Asked) => at.mcp(asked) && !hasToken(asked),
  invented: (asked: Asked) => asked.headers.authorization === 'Bearer no-such-token',
  get: (asked: Asked) => isMcp(asked) && asked.method === 'GET',
  getWithToken: (asked: Asked) => at.get(asked) && hasToken(asked),
  remove: (asked: Asked) => isMcp(asked) && asked.method === 'DELETE',
  rpc: (method: string) => (asked: Asked) =>
    at.mcp(asked) && hasToken(asked) && !at.invented(asked) && asked.rpc === method,
  resource: ({ path, method }: Asked) => method === 'GET' && path.startsWith('/.well-known/oauth-protected-resource/'),
  server: ({ path }: Asked) => /^\/\.well-known\/(oauth-authorization-server|openid-configuration)/.test(path),
  firstForm: ({ path }: Asked) => path.startsWith('/.well-known/oauth-authorization-server'),
  secondForm: ({ path }: Asked) => path.startsWith('/.well-known/openid-configuration'),
  register: ({ path, method }: Asked) => path === '/register' && method === 'POST',
  authorize: ({ path }: Asked) => path.startsWith('/authorize'),
  code: ({ path, form }: Asked) => path === '/token' && form.get('grant_type') === 'authorization_code',
  unknownClient: ({ path, form }: Asked) => path === '/token' && form.get('client_id') === 'no-such-client',
  refresh: (asked: Asked) =>
    asked.path === '/token' && asked.form.get('grant_type') === 'refresh_token' && !at.unknownClient(asked),
  preflight: ({ method }: Asked) => method === 'OPTIONS',
};
