import type { AuthMode } from '@patchbay/api-client';
import { AppError } from '@patchbay/foundation';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { connectorSlug } from '../project.ts';

interface SettingsOptions {
  readonly codeGeneration?: string;
  readonly auth?: string;
  readonly confirm?: string;
}

const CONNECTOR = '/api/v1/organizations/{organization}/connectors/{connector}' as const;

/** The choices of `--auth`. */
const CHOICES: ReadonlyMap<string, AuthMode> = new Map([
  ['oauth', 'oauth'],
  ['api-key', 'api_key'],
  ['none', 'none'],
]);

const SHOWN: Readonly<Record<AuthMode, string>> = {
  oauth: 'sign-in, or an API key',
  api_key: 'an API key',
  none: 'none: public access',
};

/** Shows the settings of a connector, or changes what is named; in force for the next call. */
export async function settings(
  context: ProgramContext,
  slug: string | undefined,
  options: SettingsOptions,
): Promise<void> {
  const patch = readPatch(options);
  const connector = await connectorSlug(slug, context.cwd);
  const { client, organization } = await context.session();
  const params = { path: { organization, connector } };
  const { data } =
    patch === null ? await client.GET(CONNECTOR, { params }) : await client.PATCH(CONNECTOR, { params, body: patch });
  if (!data) throw new AppError('internal.unexpected', { internal: 'an answer without a connector' });
  const { authMode, openConfirmedAt, codeGeneration, settingsRevision: revision } = data;
  const shown = { authMode, openConfirmedAt, codeGeneration, revision };
  const confirmed = openConfirmedAt === null ? '' : `, confirmed ${openConfirmedAt.slice(0, 10)}`;
  const rows = [
    ['Authentication', authMode === 'none' ? `${SHOWN.none}${confirmed}` : SHOWN[authMode]],
    ['Dynamic code (eval)', codeGeneration ? 'allowed' : 'refused'],
    ['Revision', String(revision)],
  ];
  context.output.result(shown, table(['SETTING', 'VALUE'], rows));
}

/** The changes that the options ask for, or null without any. @throws AppError cli.usage */
function readPatch({ codeGeneration, auth, confirm }: SettingsOptions) {
  const choice = readChoice(codeGeneration);
  const authMode = readAuth(auth);
  if (confirm !== undefined && authMode !== 'none') {
    throw new AppError('cli.usage', { detail: '--confirm goes with --auth none.' });
  }
  if (choice === undefined && authMode === undefined) return null;
  return {
    ...(choice !== undefined && { codeGeneration: choice }),
    ...(authMode !== undefined && { authMode }),
    ...(confirm !== undefined && { confirmOpen: confirm }),
  };
}

function readAuth(choice: string | undefined): AuthMode | undefined {
  if (choice === undefined) return undefined;
  const authMode = CHOICES.get(choice);
  if (authMode === undefined) throw new AppError('cli.usage', { detail: '--auth takes oauth, api-key or none.' });
  return authMode;
}

function readChoice(choice: string | undefined): boolean | undefined {
  if (choice === undefined) return undefined;
  if (choice === 'allow' || choice === 'refuse') return choice === 'allow';
  throw new AppError('cli.usage', { detail: '--code-generation takes allow or refuse.' });
}
