/**
 * The program of a build sandbox: unpacks the source, links the packages, checks types and bundles. It sees the source,
 * the package store and the toolchain, all read-only but its own scratch folder, and no network.
 */

import { onTask, taskPaths } from '@patchbay/sandbox-protocol/task-link';
import { buildConnector } from './build-connector.ts';
import { buildInputSchema } from './build-input.ts';

const { work, store, toolchain } = taskPaths();
const PLACES = { project: `${work}/project`, store, toolchain };

onTask(async (input, files, progress) => {
  progress({ stage: 'unpack' });
  const answer = await buildConnector(PLACES, buildInputSchema.parse(input), files);
  if (!answer.ok) return { result: JSON.parse(JSON.stringify(answer)) };
  const { code, sourceMap, pages, ...rest } = answer;
  return {
    result: JSON.parse(JSON.stringify(rest)),
    files: Buffer.from(JSON.stringify({ code, sourceMap, pages })),
  };
});
