import { AppError } from '@patchbay/foundation';
import { table } from '../output.ts';
import type { ProgramContext } from '../program-context.ts';
import { connectorSlug } from '../project.ts';

interface SettingsOptions {
  readonly codeGeneration?: string;
}

const CONNECTOR = '/api/v1/organizations/{organization}/connectors/{connector}' as const;

/** Shows the settings of a connector, or changes what is named; in force for the next call. */
export async function settings(
  context: ProgramContext,
  slug: string | undefined,
  options: SettingsOptions,
): Promise<void> {
  const codeGeneration = readChoice(options.codeGeneration);
  const connector = await connectorSlug(slug, context.cwd);
  const { client, organization } = await context.session();
  const params = { path: { organization, connector } };
  const { data } =
    codeGeneration === undefined
      ? await client.GET(CONNECTOR, { params })
      : await client.PATCH(CONNECTOR, { params, body: { codeGeneration } });
  if (!data) throw new AppError('internal.unexpected', { internal: 'an answer without a connector' });
  const shown = { authMode: data.authMode, codeGeneration: data.codeGeneration, revision: data.settingsRevision };
  const rows = [
    ['Callers present', data.authMode === 'none' ? 'nothing' : 'an API key'],
    ['Code from text', data.codeGeneration ? 'allowed' : 'refused'],
    ['Revision', String(data.settingsRevision)],
  ];
  context.output.result(shown, table(['SETTING', 'VALUE'], rows));
}

function readChoice(choice: string | undefined): boolean | undefined {
  if (choice === undefined) return undefined;
  if (choice === 'allow' || choice === 'refuse') return choice === 'allow';
  throw new AppError('cli.usage', { detail: '--code-generation takes allow or refuse.' });
}
