import type { SandboxClient } from '@patchbay/sandbox/client';
import type { SupervisorHealth } from '@patchbay/sandbox/protocol';

/** One scrape reads several numbers of one answer. */
const KEEP_MS = 500;
const PATIENCE_MS = 500;

/** The supervisor's numbers for a scrape, or null when it does not answer at once: a scrape never waits for it. */
export function glanceAtSupervisor(sandboxes: Pick<SandboxClient, 'health'>): () => Promise<SupervisorHealth | null> {
  let glance: Promise<SupervisorHealth | null> | undefined;
  return () => {
    glance ??= look(sandboxes).finally(() => {
      setTimeout(() => {
        glance = undefined;
      }, KEEP_MS).unref();
    });
    return glance;
  };
}

async function look(sandboxes: Pick<SandboxClient, 'health'>): Promise<SupervisorHealth | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), PATIENCE_MS);
  const answered = sandboxes.health().catch(() => null);
  const health = await Promise.race([answered, late.promise]);
  clearTimeout(timer);
  return health;
}
