/** Where a sealed value belongs. A value opens only with exactly the place it was sealed for. */
export interface SealedPlace {
  /** An organization, or the platform itself (values that belong to no organization). */
  readonly scope: { readonly kind: 'organization'; readonly organizationId: string } | { readonly kind: 'platform' };
  /** Id of the row. */
  readonly record: string;
  /** Table and column: `secrets.sealed`. */
  readonly field: string;
}

/** Additional data of the cipher: every part with its length before it, so that no two places look the same. */
export function bindingOf(version: number, place: SealedPlace): Uint8Array {
  const scope = place.scope.kind === 'organization' ? ['organization', place.scope.organizationId] : ['platform', ''];
  const parts = ['patchbay', String(version), ...scope, place.record, place.field].map((part) => Buffer.from(part));
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}
