import { readFile } from 'node:fs/promises';
import { AppError } from '@patchbay/foundation';
import { findInstallation, readInstallation } from '../find-installation.ts';
import type { ProgramContext } from '../program-context.ts';

/**
 * Asks the gateway of the installation on this machine for another link that creates the first owner. It is printed where
 * the installation was started, never here: who may send the signal, and who sees that terminal, runs the installation.
 */
export async function showSetupLink(context: ProgramContext): Promise<void> {
  const { PATCHBAY_DATA: data } = context.config;
  const installation = data === undefined ? await findInstallation(context.cwd) : await readInstallation(data);
  const pid = installation?.processes.gateway;
  if (pid === undefined || !(await isGateway(pid))) {
    throw new AppError('cli.not_connected', {
      detail:
        'No installation runs here. Go to its directory on its machine, or name its data directory with PATCHBAY_DATA.',
    });
  }
  try {
    process.kill(pid, 'SIGUSR2');
  } catch (error) {
    throw new AppError('cli.installation_unreadable', {
      detail: 'Only the user who started the installation, or root, may ask it for a setup link.',
      cause: error,
    });
  }
  context.output.result(
    { gateway: pid },
    'The gateway prints a setup link where the installation was started: on its terminal, or in the log of its service. The link works once, for an hour; earlier ones end.',
  );
}

/** The signal would end any other program that has got the number since. */
async function isGateway(pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes('apps/gateway/src/main.ts');
}
