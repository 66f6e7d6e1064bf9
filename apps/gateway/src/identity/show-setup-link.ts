import type { Logger } from '@patchbay/foundation';
import { showToOperator } from '@patchbay/foundation/process';

interface SetupLinks {
  createSetupLink(): Promise<string | null>;
}

/**
 * A production installation without an owner needs its first one. The link is shown to the person who watches the
 * start: on the launcher's terminal, or in the container's log without a launcher. It is never in a log file of ours.
 */
export async function printSetupLink(people: SetupLinks, logger: Logger): Promise<boolean> {
  const link = await people.createSetupLink();
  if (link === null) return false;
  logger.warn('no organization has an owner yet; the operator is shown the setup link');
  showToOperator(`Create the first owner within one hour, once: ${link}`);
  return true;
}

/** Makes a new setup link, invalidating the previous one, and shows it; or logs why there is none. */
export async function showSetupLink(people: SetupLinks, logger: Logger): Promise<void> {
  const isShown = await printSetupLink(people, logger);
  if (isShown) return;
  showToOperator('There is an owner already, so no setup link is made: sign in, or ask them for an invitation.');
}
