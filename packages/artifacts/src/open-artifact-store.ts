import { Secret } from '@patchbay/foundation';
import { z } from 'zod';
import type { ArtifactStore } from './artifact-store.ts';
import { createFileArtifactStore } from './file-artifact-store.ts';
import { createS3ArtifactStore } from './s3-artifact-store.ts';

/** The part of an app's environment that locates artifacts; spread it into the app's own schema. */
export const artifactStoreFields = {
  /** Directory of the file system store. Used when S3_ENDPOINT is not set. */
  ARTIFACT_DIR: z.string().optional(),
  /** Origin of an S3-compatible store, `https://…`. Set it with the four variables below. */
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** Bucket of artifacts; nothing else is stored in it. */
  S3_BUCKET: z.string().min(3).optional(),
  /** Region; stores without regions accept the default. */
  S3_REGION: z.string().default('us-east-1'),
  /** Id of a key that reads, writes and deletes in the bucket. */
  S3_ACCESS_KEY_ID: z.string().optional(),
  /** Its secret. */
  S3_SECRET_ACCESS_KEY: z
    .string()
    .transform((value) => new Secret(value))
    .optional(),
};

const fields = z.object(artifactStoreFields);

/** The store a configuration names. @throws Error that names the missing variable */
export function openArtifactStore(config: z.output<typeof fields>): ArtifactStore {
  if (config.S3_ENDPOINT !== undefined) {
    const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
    if (bucket === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
      throw new Error('S3_ENDPOINT needs S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY');
    }
    return createS3ArtifactStore({
      endpoint: config.S3_ENDPOINT,
      bucket,
      region: config.S3_REGION,
      accessKeyId,
      secretAccessKey,
    });
  }
  if (config.ARTIFACT_DIR === undefined) throw new Error('set ARTIFACT_DIR or S3_ENDPOINT');
  return createFileArtifactStore({ directory: config.ARTIFACT_DIR });
}
