/**
 * Where the installation of this page serves its command line. The address with the digest, because npx keeps what it
 * fetched under an address, also after an upgrade; the short one when that is not known.
 */
export async function findCliUrl(): Promise<string> {
  const response = await fetch('/-/downloads/index.json');
  return urlIn(await response.json()) ?? shortCliUrl();
}

export function shortCliUrl(): string {
  return `${window.location.origin}/-/downloads/cli.tgz`;
}

function urlIn(index: unknown): string | null {
  if (typeof index !== 'object' || index === null || !('cli' in index)) return null;
  const { cli } = index;
  return typeof cli === 'object' && cli !== null && 'url' in cli && typeof cli.url === 'string' ? cli.url : null;
}
