export type {
  ArtifactAddress,
  ArtifactStore,
  Digest,
  ListedArtifact,
  PutOptions,
  StoredArtifact,
} from './artifact-store.ts';
export { createFileArtifactStore } from './file-artifact-store.ts';
export { artifactStoreFields, openArtifactStore } from './open-artifact-store.ts';
export { createS3ArtifactStore, type S3ArtifactStoreOptions } from './s3-artifact-store.ts';
export { digestBytes } from './verified.ts';
