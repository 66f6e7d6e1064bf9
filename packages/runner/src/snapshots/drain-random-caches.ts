import { randomInt, randomUUID } from 'node:crypto';

/** Node keeps 128 UUIDs and 1024 integers of 6 bytes in advance; what a snapshot froze of them is the same in every process. */
const UUIDS = 128;
const INTEGERS = 1100;

/** Uses up all random values that Node had in advance, so that the next value comes from the kernel. About 1 ms. */
export function drainRandomCaches(): void {
  for (let count = 0; count < UUIDS; count++) randomUUID();
  for (let count = 0; count < INTEGERS; count++) randomInt(2);
}
