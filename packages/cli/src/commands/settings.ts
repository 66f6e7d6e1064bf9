import type { AuthMode, Connector } from '@patchbay/api-client';
import { AppError } from '@patchbay/foundation';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { connectorSlug } from '../project.ts';

interface SettingsOptions {
  readonly codeGeneration?: string;
  readonly auth?: string;
  readonly confirm?: string;
  readonly demandSecondFactor?: string;
  readonly demandSignIn?: string;
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
  const { authMode, openConfirmedAt, codeGeneration, demands, settingsRevision: revision } = data;
  const shown = { authMode, openConfirmedAt, codeGeneration, demands, revision };
  const confirmed = openConfirmedAt === null ? '' : `, confirmed ${openConfirmedAt.slice(0, 10)}`;
  const rows = [
    ['Authentication', authMode === 'none' ? `${SHOWN.none}${confirmed}` : SHOWN[authMode]],
    ['Dynamic code (eval)', codeGeneration ? 'allowed' : 'refused'],
    ['Demands', describeDemands(demands)],
    ['Revision', String(revision)],
  ];
  context.output.result(shown, table(['SETTING', 'VALUE'], rows));
}

function describeDemands({ secondFactor, signInMinutes, exemptKeys }: Connector['demands']): string {
  const demanded = [
    ...(secondFactor ? ['a second factor'] : []),
    ...(signInMinutes === null ? [] : [`a sign-in of the last ${signInMinutes} minutes`]),
  ];
  if (demanded.length === 0) return 'none';
  return exemptKeys.length === 0 ? demanded.join(', ') : `${demanded.join(', ')}, or one of ${exemptKeys.length} keys`;
}

/** The changes that the options ask for, or null without any. @throws AppError cli.usage */
function readPatch({ codeGeneration, auth, confirm, ...options }: SettingsOptions) {
  const choice = readChoice(codeGeneration);
  const authMode = readAuth(auth);
  const demands = readDemands(options);
  if (confirm !== undefined && authMode !== 'none') {
    throw new AppError('cli.usage', { detail: '--confirm goes with --auth none.' });
  }
  if (choice === undefined && authMode === undefined && demands === undefined) return null;
  return {
    ...(choice !== undefined && { codeGeneration: choice }),
    ...(authMode !== undefined && { authMode }),
    ...(confirm !== undefined && { confirmOpen: confirm }),
    ...(demands !== undefined && { demands }),
  };
}

function readDemands({ demandSecondFactor, demandSignIn }: SettingsOptions) {
  if (demandSecondFactor === undefined && demandSignIn === undefined) return undefined;
  if (demandSecondFactor !== undefined && demandSecondFactor !== 'yes' && demandSecondFactor !== 'no') {
    throw new AppError('cli.usage', { detail: '--demand-second-factor takes yes or no.' });
  }
  if (demandSignIn !== undefined && demandSignIn !== 'off' && !/^\d{1,5}$/.test(demandSignIn)) {
    throw new AppError('cli.usage', { detail: '--demand-sign-in takes a number of minutes, or off.' });
  }
  return {
    ...(demandSecondFactor !== undefined && { secondFactor: demandSecondFactor === 'yes' }),
    ...(demandSignIn !== undefined && { signInMinutes: demandSignIn === 'off' ? null : Number(demandSignIn) }),
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
