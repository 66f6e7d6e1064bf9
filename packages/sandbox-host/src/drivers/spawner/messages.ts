/**
 * Messages between the supervisor and the spawner, one JSON object per line on a unix socket. They name things and carry
 * none: no byte that a sandbox wrote or reads is ever in them.
 */
import type { Socket } from 'node:net';
import { z } from 'zod';

/** Bytes of one line; a longer one ends the connection. */
export const LINE_BYTES_MAX = 16_384;

const absolute = z
  .string()
  .max(512)
  .regex(/^\/[^\0]*$/);
/** Used in names of directories and groups. */
export const sandboxIdSchema = z.string().regex(/^[a-z]{2,8}_[0-9A-Za-z]{12,64}$/);
/** 128 random bits that tie three streams to one start. */
const tokenSchema = z.string().regex(/^[0-9a-f]{32}$/);

const specSchema = z.strictObject({
  sandboxId: sandboxIdSchema,
  profile: z.enum(['runtime', 'build']),
  programFile: absolute,
  snapshotFile: absolute.optional(),
  codeGeneration: z.boolean().optional(),
  isBackground: z.boolean().optional(),
  mounts: z.array(z.strictObject({ source: absolute, target: absolute })).max(8),
  links: z.record(absolute, absolute).optional(),
});

const id = z.number().int().nonnegative();

export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ id, do: z.literal('describe') }),
  z.strictObject({ id, do: z.literal('start'), token: tokenSchema, spec: specSchema }),
  z.strictObject({ id, do: z.enum(['serve', 'stop', 'stats', 'status']), sandboxId: sandboxIdSchema }),
  z.strictObject({ id, do: z.literal('remove_leftovers') }),
]);

/** The first line of a connection: one for requests, or one stream of a sandbox that is about to start. */
export const openingSchema = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('supervisor') }),
  z.strictObject({ as: z.enum(['link', 'stdout', 'stderr']), token: tokenSchema }),
]);

const exitSchema = z.strictObject({
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  exceeded: z.enum(['memory', 'cpu', 'processes', 'files']).nullable(),
});

export const answerSchema = z.union([
  z.strictObject({ id, value: z.unknown() }),
  z.strictObject({ id, refused: z.unknown() }),
  z.strictObject({ exited: sandboxIdSchema, exit: exitSchema }),
]);

export const startedSchema = z.strictObject({ pid: z.number().int().positive(), egressSocketPath: absolute });
/** The spawner may know more of a sandbox than is asked for here. */
export const statsSchema = z.object({
  memoryBytes: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
});
export const descriptionSchema = z.strictObject({ reducedBy: z.array(z.string()) });

export type SpawnerRequest = z.output<typeof requestSchema>;
export type SpawnerAnswer = z.output<typeof answerSchema>;
export type Opening = z.output<typeof openingSchema>;

export function writeMessage(socket: Socket, message: SpawnerRequest | SpawnerAnswer | Opening): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls back with each line. @returns what to call with every chunk. @throws Error when a line is too long */
export function lineReader(onLine: (line: string) => void): (chunk: Buffer) => void {
  let waiting = Buffer.alloc(0);
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let end = waiting.indexOf(10); end !== -1; end = waiting.indexOf(10)) {
      if (end > LINE_BYTES_MAX) break;
      const line = waiting.subarray(0, end).toString('utf8');
      waiting = waiting.subarray(end + 1);
      onLine(line);
    }
    if (waiting.byteLength > LINE_BYTES_MAX) throw new Error('a line of the spawner’s protocol is too long');
  };
}
