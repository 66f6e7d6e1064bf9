import { type Provider, providerSchema } from './provider.ts';

/** A file, or two together, that cannot be a part of the catalogue. */
export class CatalogueError extends Error {
  /** One sentence for each problem, with the id of the file it is in. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The catalogue of providers has ${problems.length} problems:\n${problems.join('\n')}`);
    this.problems = problems;
  }
}

/**
 * The catalogue from the contents of its files, in the order of the providers' names.
 *
 * @param files name of the file without its ending → its parsed JSON
 * @throws CatalogueError with every problem of every file
 */
export function parseCatalogue(files: Readonly<Record<string, unknown>>): readonly Provider[] {
  const problems: string[] = [];
  const providers: Provider[] = [];
  for (const [name, content] of Object.entries(files)) {
    const parsed = providerSchema.safeParse(content);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        problems.push(`${name}: ${path.join('.') || 'file'}: ${message}`);
      continue;
    }
    if (parsed.data.id !== name) problems.push(`${name}: its id is ${parsed.data.id}`);
    providers.push(parsed.data);
  }
  problems.push(...findCollisions(providers));
  if (problems.length > 0) throw new CatalogueError(problems);
  return providers.toSorted((one, other) => one.name.localeCompare(other.name, 'en'));
}

/** Two providers may share neither a host nor a prefix: either decides whose credential goes where. */
function findCollisions(providers: readonly Provider[]): string[] {
  const problems: string[] = [];
  const owners = new Map<string, string>();
  for (const { id, credentialHosts, perCustomerHost, secretPrefixes } of providers) {
    const templates = perCustomerHost?.templates ?? [];
    for (const thing of new Set([...credentialHosts, ...templates, ...secretPrefixes])) {
      const owner = owners.get(thing);
      if (owner !== undefined) problems.push(`${id}: ${thing} belongs to ${owner} already`);
      owners.set(thing, id);
    }
  }
  return problems;
}
