import type { ErrorSpec } from '../errors.ts';
import { DEPLOY_LIMITS, formatLimit } from '../limits/index.ts';

export const SOURCE_ERRORS = {
  'source.not_an_archive': {
    status: 400,
    owner: 'caller',
    title: 'The upload is neither a tar.gz nor a zip archive.',
    hint: 'Send the project folder as tar.gz or zip. `patchbay deploy DIR` packs it for you.',
  },
  'source.truncated': {
    status: 400,
    owner: 'caller',
    title: 'The uploaded archive ends in the middle.',
    hint: 'Upload it again; the connection was probably cut. If it happens again, pack the project again.',
  },
  'source.damaged': {
    status: 400,
    owner: 'caller',
    title: 'The uploaded archive cannot be read.',
    hint: 'Pack the project again as tar.gz or zip without encryption and upload it.',
  },
  'source.too_large': {
    status: 413,
    owner: 'caller',
    title: `The source is larger than ${formatLimit(DEPLOY_LIMITS.source)} packed or ${formatLimit(DEPLOY_LIMITS.sourceUnpacked)} unpacked.`,
    hint: 'Leave out what is not source: node_modules, build output, data files, images.',
  },
  'source.too_many_files': {
    status: 413,
    owner: 'caller',
    title: `The source has more than ${formatLimit(DEPLOY_LIMITS.sourceFiles)}.`,
    hint: 'Leave out what is not source: node_modules, build output, fixtures.',
  },
  'source.bomb': {
    status: 400,
    owner: 'caller',
    title: 'The archive’s compression ratio is too high.',
    hint: 'Remove generated or repetitive files from the project; source code does not compress that well.',
  },
  'source.link': {
    status: 400,
    owner: 'caller',
    title: 'The archive holds a link or a device.',
    hint: 'Replace the link by the file it points to, then deploy again.',
  },
  'source.bad_path': {
    status: 400,
    owner: 'caller',
    title: 'The archive holds a file name that is not allowed.',
    hint: 'Use relative paths with forward slashes, without `..` and control characters.',
  },
  'source.duplicate_path': {
    status: 400,
    owner: 'caller',
    title: 'The archive holds one file twice.',
    hint: 'Pack the project again so that every file is in it once.',
  },
  'source.no_package_json': {
    status: 400,
    owner: 'caller',
    title: 'The source has no package.json at its root.',
    hint: 'Deploy the folder that holds package.json. `patchbay init NAME` makes a complete project.',
  },
  'source.bad_package_json': {
    status: 400,
    owner: 'caller',
    title: 'package.json cannot be read.',
    hint: 'Correct package.json at the line or field named.',
  },
  'source.bad_lockfile': {
    status: 400,
    owner: 'caller',
    title: 'The lockfile cannot be used.',
    hint: 'Delete the lockfile and install again with npm (package-lock.json) or pnpm (pnpm-lock.yaml), then deploy.',
  },
  'source.lockfile_outdated': {
    status: 400,
    owner: 'caller',
    title: 'The lockfile does not match package.json.',
    hint: 'Run `npm install` or `pnpm install` and deploy again with the lockfile it writes.',
  },
  'source.lockfile_not_supported': {
    status: 400,
    owner: 'caller',
    title: 'This kind of lockfile is not supported.',
    hint: 'Run `npm install` in the project, delete the other lockfile, and deploy with package-lock.json. Or deploy without one: it is made for you.',
  },
  'source.dependency_not_allowed': {
    status: 400,
    owner: 'caller',
    title: 'A dependency does not come from the package registry.',
    hint: 'Depend on a published version. Git, file, link and http dependencies cannot be checked and are refused.',
  },
} as const satisfies Record<string, ErrorSpec>;
