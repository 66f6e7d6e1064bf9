import { AppError } from '@patchbay/foundation';

/** The oldest PostgreSQL that can give a membership without its rights (`GRANT … WITH INHERIT FALSE`). */
const MAJOR_MIN = 16;

/**
 * Refuses a server that cannot keep the database roles apart, before anything on it is changed.
 *
 * @param version `server_version_num` of the server: the major version times 10 000, plus the minor version
 * @see PostgreSQL 16 release notes, "Privileges"
 * @throws AppError start.database_too_old
 */
export function refuseOldServer(version: number): void {
  const major = Math.floor(version / 10_000);
  if (major >= MAJOR_MIN) return;
  throw new AppError('start.database_too_old', {
    detail: `The server is PostgreSQL ${major}.${version % 10_000}; roles are kept apart from version ${MAJOR_MIN} on.`,
  });
}
