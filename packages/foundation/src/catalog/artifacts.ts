import type { ErrorSpec } from '../errors.ts';

export const ARTIFACTS_ERRORS = {
  'artifacts.not_found': {
    status: 404,
    owner: 'platform',
    title: 'The stored file is not there.',
    hint: 'Deploy the connector again. If it happens twice, the artifact store has lost files: restore it from its backup.',
  },
  'artifacts.too_large': {
    status: 413,
    owner: 'caller',
    title: 'The file is larger than the store accepts.',
    hint: 'Remove what the connector does not need: data files, images, bundled dependencies.',
  },
  'artifacts.no_space': {
    status: 507,
    owner: 'platform',
    title: 'The artifact store has no space left.',
    hint: 'Operators: free space on the disk of ARTIFACT_DIR. Waiting deploys continue automatically; repeat whatever was refused or failed. Nothing was lost.',
  },
  'artifacts.damaged': {
    status: 500,
    owner: 'platform',
    title: 'A stored file differs from its digest.',
    hint: 'Restore the artifact store from its backup and check the disk of its host.',
  },
  'artifacts.unavailable': {
    status: 503,
    owner: 'platform',
    title: 'The artifact store does not answer.',
    hint: 'Retry in a moment. Operators: check the endpoint, bucket and keys of the S3 configuration.',
  },
} as const satisfies Record<string, ErrorSpec>;
