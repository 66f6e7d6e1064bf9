import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';

/** A startup snapshot of one version, kept beside its artifact. Without it, or on another runner, the version loads plainly. */
export const versionSnapshotSchema = z.strictObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** The runner and the Node binary it was taken with, and the only ones it is resumed by. */
  image: z.string().regex(/^[0-9a-f]{64}$/),
});

export type VersionSnapshot = Readonly<z.infer<typeof versionSnapshotSchema>>;

/** With its artifact it must fit into one frame to the supervisor. */
export const SNAPSHOT_BYTES_MAX = DEPLOY_LIMITS.snapshot.value;
