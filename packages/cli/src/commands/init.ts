import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import { createProject, isTemplate, TEMPLATES } from '../create-project.ts';
import { findTools } from '../find-tools.ts';
import type { ProgramContext } from '../program-context.ts';

/** Makes a new connector: a complete small project with a test, that deploys as it is. */
export async function init(context: ProgramContext, target: string, options: { template: string }): Promise<void> {
  const { template } = options;
  if (!isTemplate(template)) {
    throw new AppError('cli.usage', { detail: `--template takes one of: ${Object.keys(TEMPLATES).join(', ')}.` });
  }
  const directory = path.resolve(context.cwd, target);
  const name = path.basename(directory);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.length > 40) {
    throw new AppError('cli.usage', {
      detail: `${JSON.stringify(name)} cannot be the name of a connector: lower-case letters, digits and hyphens, at most 40.`,
    });
  }
  const origin =
    context.origin ??
    (await context.session().then(
      ({ origin: known }) => known,
      () => undefined,
    ));
  const tools = await findTools(origin, import.meta.dirname);
  const files = await createProject({ directory, name, template, tools });
  const shown = path.relative(context.cwd, directory) || '.';
  context.output.result({ directory, template, files }, [
    `Created ${shown} from the template ${template}:`,
    ...files.map((file) => `  ${file}`),
    '',
    'Next steps:',
    `  cd ${shown} && npm install && npm test`,
    '  npx patchbay dev       run it locally, as it runs hosted',
    '  npx patchbay deploy    from code to a hosted URL',
    `  ${new URL('/-/docs/authors', tools.origin)}   the guide of this installation`,
    ...(template === 'api-key' ? ['  npx patchbay secrets set API_KEY'] : []),
    ...(tools.verified ? [] : ['', `The tools were not verified: ${tools.origin} did not answer.`]),
  ]);
}
