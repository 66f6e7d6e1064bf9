/** The binding of a sealed value to its scope, row and column. A value opens only with exactly the binding it was sealed for. */
export interface SealBinding {
  /** An organization, or the platform itself (values that belong to no organization). */
  readonly scope: { readonly kind: 'organization'; readonly organizationId: string } | { readonly kind: 'platform' };
  /** Id of the row. */
  readonly record: string;
  /** Table and column: `secrets.sealed`. */
  readonly field: string;
}

/** Additional data of the cipher: every part with its length before it, so that no two bindings look the same. */
export function encodeBinding(version: number, binding: SealBinding): Uint8Array {
  const scope =
    binding.scope.kind === 'organization' ? ['organization', binding.scope.organizationId] : ['platform', ''];
  const parts = ['patchbay', String(version), ...scope, binding.record, binding.field].map((part) => Buffer.from(part));
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}
