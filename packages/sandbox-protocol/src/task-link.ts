/**
 * The build program's side of descriptor 3: one task in, progress and one answer out.
 * Runs inside a build sandbox; imports nothing of ours but the frame codec.
 */
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import {
  decodeMixed,
  encodeJsonFrame,
  encodeMixedFrame,
  FrameReader,
  HOST_FRAME_BYTES_MAX,
  isJsonObject,
  type JsonObject,
  RUNNER_FRAMES,
} from './inside.ts';

export interface TaskAnswer {
  readonly result: JsonObject;
  /** Bytes that belong to the result: an artifact, a lockfile. At most 8 MiB with the result. */
  readonly files?: Uint8Array;
}

export type TaskProgram = (
  input: JsonObject,
  files: Uint8Array,
  progress: (value: JsonObject) => void,
) => Promise<TaskAnswer>;

const SANDBOX_NODE = '/node';
const PATHS = { store: '/store', toolchain: '/toolchain', work: '/work' } as const;

/**
 * Paths of the package store, the toolchain and the scratch. Other paths only where isolation is off (`patchbay dev`).
 */
export function taskPaths(): Readonly<Record<keyof typeof PATHS, string>> {
  const given: unknown = JSON.parse(process.argv[3] ?? '{}');
  if (!isJsonObject(given)) return PATHS;
  const at = (path: string) => String(given[path] ?? path);
  return { store: at(PATHS.store), toolchain: at(PATHS.toolchain), work: at(PATHS.work) };
}

/** Serves one task, then ends this process. A program that throws ends the task with its message. */
export function onTask(program: TaskProgram): void {
  // In a build sandbox the link Node reads its own path from leads to the type checker.
  if (existsSync(SANDBOX_NODE)) process.execPath = SANDBOX_NODE;
  const socket = new Socket({ fd: 3, readable: true, writable: true });
  const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
  let taken = false;
  socket.on('data', (chunk) => {
    for (const frame of reader.push(chunk)) {
      if (frame.type !== RUNNER_FRAMES.task || taken) continue;
      taken = true;
      void run(frame.payload);
    }
  });
  socket.on('close', () => process.exit(0));
  socket.write(encodeJsonFrame(RUNNER_FRAMES.ready, {}));

  async function run(payload: Buffer): Promise<void> {
    const { header, bytes } = decodeMixed(payload);
    const input = isJsonObject(header) && isJsonObject(header.input) ? header.input : {};
    const progress = (value: JsonObject) => void socket.write(encodeJsonFrame(RUNNER_FRAMES.taskProgress, value));
    let answer: Buffer;
    try {
      const { result, files } = await program(input, bytes, progress);
      answer = encodeMixedFrame(
        RUNNER_FRAMES.taskResult,
        { result, hasFiles: files !== undefined },
        files ?? Buffer.alloc(0),
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      answer = encodeJsonFrame(RUNNER_FRAMES.taskFailed, {
        message,
        stack: error instanceof Error ? error.stack : null,
      });
    }
    socket.end(answer);
  }
}
