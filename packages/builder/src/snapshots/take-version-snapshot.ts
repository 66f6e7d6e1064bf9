/**
 * The program that takes the snapshot of one version, in a build sandbox like any other: empty environment, no network,
 * no secret. Its answer comes from a process that ran the version's own code and is untrusted.
 */
import { writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import path from 'node:path';
import { onTask, taskPaths } from '@patchbay/sandbox-protocol/task-link';
import { buildSnapshot, flagsIn } from './build-snapshot.ts';

interface ReasonNotTaken {
  readonly reason: string;
  /** Location in the author's source, or in a package's; empty when the program did not report one. */
  readonly place: string;
}

const REASON_LENGTH_MAX = 300;
const USED = / was used while the snapshot was taken/;
const WARNING = /^\(node:\d+\) Warning|^It may still work|^To request support|^\(Use `node/;

/** From what Node and the guard wrote on standard error: one sentence, and the first place in the bundle it names. */
function reasonNotTaken(output: string, sourceMap: unknown): ReasonNotTaken {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !WARNING.test(line));
  const found =
    lines.find((line) => USED.test(line)) ?? lines.find((line) => /\w*Error\b/.test(line)) ?? lines[0] ?? '';
  return {
    reason: found
      .replace(/^Error: /, '')
      .trim()
      .slice(0, REASON_LENGTH_MAX),
    place: placeIn(output, sourceMap),
  };
}

function placeIn(output: string, sourceMap: unknown): string {
  const [, line, column] = /\/connector\.cjs:(\d+)(?::(\d+))?/.exec(output) ?? [];
  if (line === undefined) return '';
  if (typeof sourceMap !== 'string') return `line ${line} of the bundle`;
  const origin = new SourceMap(JSON.parse(sourceMap)).findOrigin(Number(line), Number(column ?? 1));
  if (!('fileName' in origin) || origin.fileName === undefined) return `line ${line} of the bundle`;
  return `${origin.fileName}:${origin.lineNumber}`;
}

/** `files` is the artifact; `input.program` is the path of the runner that loads it. */
onTask(async (input, files) => {
  const { work } = taskPaths();
  await writeFile(path.join(work, 'artifact.json'), files);
  const built = await buildSnapshot(String(input.program), flagsIn(input), work);
  if (built.ok) return { result: { taken: true }, files: built.blob };
  const { sourceMap } = JSON.parse(Buffer.from(files).toString('utf8'));
  return { result: { taken: false, ...reasonNotTaken(built.output, sourceMap) } };
});
