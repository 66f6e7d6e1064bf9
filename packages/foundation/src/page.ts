/** One page of a list. `nextCursor` is null on the last page; a cursor is opaque and belongs to its list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface PageRequest {
  readonly cursor?: string | undefined;
  /** Items per page, 1 to 200. */
  readonly limit: number;
}
