import type { SecretName } from '@patchbay/api-client';

/** A secret as a version declares it. */
export interface DeclaredSecret {
  readonly name: string;
  /** Where one gets it. */
  readonly description: string;
  readonly required: boolean;
}

/** One line of the page: what is set, what is asked for, or both. */
export interface SecretLine {
  readonly name: string;
  /** Null where the version does not ask for it. */
  readonly declared: DeclaredSecret | null;
  /** ISO 8601; null while it is not set. */
  readonly setAt: string | null;
}

/** The secrets in a manifest, read as loosely as the API hands it on: an unknown shape declares nothing. */
export function declaredSecrets(manifest: Readonly<Record<string, unknown>>): DeclaredSecret[] {
  const { secrets } = manifest;
  if (!isRecord(secrets)) return [];
  return Object.entries(secrets).map(([name, declaration]) => {
    const { description, required }: Record<string, unknown> = isRecord(declaration) ? declaration : {};
    return { name, description: typeof description === 'string' ? description : '', required: required !== false };
  });
}

/** Everything to show: what is missing and required first, then by name. */
export function secretLines(set: readonly SecretName[], declared: readonly DeclaredSecret[]): SecretLine[] {
  const names = new Set([...declared, ...set].map(({ name }) => name));
  const lines = [...names].map((name) => ({
    name,
    declared: declared.find((one) => one.name === name) ?? null,
    setAt: set.find((one) => one.name === name)?.updatedAt ?? null,
  }));
  return lines.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

function rank({ setAt, declared }: SecretLine): number {
  return setAt === null && declared?.required ? 0 : 1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
