/** The thread that reads lockfiles and package descriptions, so that one author's eight megabytes delay no other. */
import { parentPort } from 'node:worker_threads';
import { asAppError } from '@patchbay/foundation';
import { READING_WORK, type ReadingReply, type ReadingTask } from './reading-work.ts';

parentPort?.on('message', ({ kind, bytes, asked }: ReadingTask) => parentPort?.postMessage(answer(kind, bytes, asked)));

function answer(kind: ReadingTask['kind'], bytes: Uint8Array, asked: unknown): ReadingReply {
  try {
    // `ReadingThreads.read` pairs each kind with what it asks.
    return { result: READING_WORK[kind](bytes, asked as never) };
  } catch (error) {
    const { code, detail, data, internal = '' } = asAppError(error);
    return { error: { code, detail, data, internal } };
  }
}
