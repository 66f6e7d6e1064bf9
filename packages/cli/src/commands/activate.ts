import type { Deployment } from '@patchbay/api-client';
import { AppError } from '@patchbay/foundation';
import { EXIT } from '../exit-code.ts';
import type { ProgramContext } from '../program-context.ts';

/** Lets a published version serve. */
export async function activate(context: ProgramContext, connector: string, version: string): Promise<void> {
  const number = readVersionNumber(version);
  const { client, organization } = await context.session();
  const { data } = await client.POST('/api/v1/organizations/{organization}/connectors/{connector}/deployments', {
    params: { path: { organization, connector } },
    body: { version: number },
  });
  if (data) reportDeployment(context, connector, data);
}

/** @throws AppError cli.usage */
export function readVersionNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new AppError('cli.usage', { detail: `${JSON.stringify(text)} is not the number of a version.` });
}

/** Prints the live version, or why the activation is held; a held one ends with exit code 3. */
export function reportDeployment(context: ProgramContext, connector: string, deployment: Deployment): void {
  if (deployment.state === 'held') {
    const reasons = deployment.reasons.map(({ reason }) => `  - ${reason}`);
    context.output.result(deployment, [
      `The activation of ${connector} version ${deployment.versionNumber} is held:`,
      ...reasons,
    ]);
    context.setExitCode(EXIT.waiting);
    return;
  }
  context.output.result(deployment, `${connector} is served by version ${deployment.versionNumber} now.`);
}
