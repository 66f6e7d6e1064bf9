interface OrganizationScope {
  readonly kind: 'organization';
  readonly organizationId: string;
}

/** The binding of a sealed value to its scope, row and column. A value opens only with exactly the binding it was sealed for. */
export interface Binding {
  /** An organization, or the platform itself (values that belong to no organization). */
  readonly scope: OrganizationScope | { readonly kind: 'platform' };
  /** Id of the row. */
  readonly record: string;
  /** Table and column: `secrets.sealed`. */
  readonly field: string;
}

/** The binding of a value that an organization's data key seals. */
export interface SealBinding extends Binding {
  readonly scope: OrganizationScope;
}

/** Additional data of the cipher: every part with its length before it, so that no two bindings look the same. */
export function encodeBinding(version: string, binding: Binding): Uint8Array {
  const scope =
    binding.scope.kind === 'organization' ? ['organization', binding.scope.organizationId] : ['platform', ''];
  const parts = ['patchbay', version, ...scope, binding.record, binding.field].map((part) => Buffer.from(part));
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}
