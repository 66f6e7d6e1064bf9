/**
 * Host uids for sandboxes, one owner at a time. Taken in turn, oldest free first, so that a number stays unused as long
 * as possible before its next owner; given back only when no process and no file of it is left.
 */
export class UidRange {
  readonly first: number;
  readonly count: number;
  readonly #free: number[];

  constructor(first: number, count: number) {
    this.first = first;
    this.count = count;
    this.#free = Array.from({ length: count }, (_, index) => first + index);
  }

  /** null when every uid is owned: the caller refuses, it never shares. */
  acquire(): number | null {
    return this.#free.shift() ?? null;
  }

  release(uid: number): void {
    if (!this.#free.includes(uid)) this.#free.push(uid);
  }
}
