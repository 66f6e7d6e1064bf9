/** A connector's declaration of the accounts it works with, as authors write it and as the manifest has it. */

/** An account of an upstream service that the connector works with: the caller's own, or their organization's. */
export interface ConnectionDeclaration {
  /** Id of a provider of the catalogue, or `own-…` of one that the organization added. Default: the connection's name. */
  readonly provider?: string;
  /** The scopes its requests need, in the provider's own words. Default: none beyond what the account has anyway. */
  readonly scopes?: readonly string[];
  /** Default true: a call that uses it asks for the account first. With false the call runs without. */
  readonly required?: boolean;
  /** Its purpose, in words for the page that asks for the account. */
  readonly description?: string;
}

/** The scopes that one tool needs of a declared connection. Default: all that the connection declares. */
export interface ConnectionUse {
  readonly scopes?: readonly string[];
}

/** Name of a connection → what one tool needs of it. */
export type ConnectionUses = Readonly<Record<string, ConnectionUse>>;

/** A declared connection in the manifest. */
export interface DeclaredConnection {
  readonly provider: string;
  readonly scopes: readonly string[];
  readonly required: boolean;
  readonly description: string | undefined;
}

/** How people prove who they are to the upstream service. `oauth2` is short for one connection with the provider's name. */
export type ConnectorAuth =
  | { readonly type: 'none' }
  | { readonly type: 'oauth2'; readonly provider: string; readonly scopes?: readonly string[] };

/** The member of a tool's `_meta` that names the connections it uses. */
export const USES_META_KEY = 'patchbay/uses';

const NAME = /^[a-z][A-Za-z0-9_-]{0,39}$/;
const PROVIDER = /^[a-z][a-z0-9-]{1,39}$/;
/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/;

interface Declaring {
  readonly auth?: ConnectorAuth;
  readonly connections?: Readonly<Record<string, ConnectionDeclaration>>;
  readonly tools: Readonly<Record<string, { readonly uses?: ConnectionUses | undefined }>>;
}

/** The connections of a definition, in full. @throws TypeError that names what is wrong */
export function readConnections(definition: Declaring): Readonly<Record<string, DeclaredConnection>> {
  // For authors without a type checker, and code that was written when this member existed.
  const { providers } = definition as { readonly providers?: object };
  if (providers && Object.keys(providers).length > 0) {
    throw new TypeError(
      'providers: a connector brings no provider of its own. An owner adds it to the organization; name it in connections.',
    );
  }
  const { auth, connections = {} } = definition;
  const shorthand = auth?.type === 'oauth2' ? { [auth.provider]: { scopes: auth.scopes ?? [] } } : {};
  const twice = Object.keys(shorthand).find((name) => Object.hasOwn(connections, name));
  if (twice !== undefined) throw new TypeError(`connections.${twice}: auth declares it as well; keep one of the two.`);
  const declared = Object.fromEntries(
    Object.entries<ConnectionDeclaration>({ ...shorthand, ...connections }).map(([name, given]) => [
      name,
      readConnection(name, given),
    ]),
  );
  for (const [tool, { uses = {} }] of Object.entries(definition.tools)) checkUses(`tools.${tool}.uses`, uses, declared);
  return declared;
}

function readConnection(name: string, given: ConnectionDeclaration): DeclaredConnection {
  if (!NAME.test(name)) {
    throw new TypeError(
      `connections: the name ${JSON.stringify(name)} must begin with a lower-case letter and hold letters, digits, _ and - only.`,
    );
  }
  const { provider = name, scopes = [], required = true, description } = given;
  if (!PROVIDER.test(provider)) {
    throw new TypeError(
      `connections.${name}: ${JSON.stringify(provider)} is not the id of a provider. Write 'github', or 'own-…' for one that the organization added.`,
    );
  }
  checkScopes(`connections.${name}`, scopes);
  return { provider, scopes: [...scopes], required, description };
}

function checkUses(place: string, uses: ConnectionUses, declared: Readonly<Record<string, DeclaredConnection>>): void {
  for (const [name, { scopes = [] }] of Object.entries(uses)) {
    const connection = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (!connection) throw new TypeError(`${place}: ${JSON.stringify(name)} is not declared in connections.`);
    checkScopes(`${place}.${name}`, scopes);
    const undeclared = scopes.find((scope) => !connection.scopes.includes(scope));
    if (undeclared !== undefined) {
      throw new TypeError(`${place}.${name}: add the scope ${JSON.stringify(undeclared)} to connections.${name} too.`);
    }
  }
}

function checkScopes(place: string, scopes: readonly string[]): void {
  const wrong = scopes.find((scope) => typeof scope !== 'string' || !SCOPE.test(scope));
  if (wrong !== undefined) throw new TypeError(`${place}: ${JSON.stringify(wrong)} is not a scope.`);
}
