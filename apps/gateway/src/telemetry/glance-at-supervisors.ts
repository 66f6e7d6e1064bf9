import type { SandboxClient, SupervisorReport } from '@patchbay/sandbox/client';

/** One scrape reads several numbers of one answer. */
const KEEP_MS = 500;

export type Glance = () => Promise<readonly SupervisorReport[]>;

/** The supervisors' numbers for a scrape; of one that does not answer within a second there are none. */
export function glanceAtSupervisors(sandboxes: Pick<SandboxClient, 'supervisors'>): Glance {
  let glance: Promise<readonly SupervisorReport[]> | undefined;
  return () => {
    glance ??= sandboxes.supervisors().finally(() => {
      setTimeout(() => {
        glance = undefined;
      }, KEEP_MS).unref();
    });
    return glance;
  };
}
