import { imitatedBrand } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';

/** The operator's release of a name that looks like a brand to one holder. */
export interface ReleasedName {
  readonly slug: string;
  /** The organization (`org_…`), or the person who will make it (`psn_…`). An e-mail address proves nothing here. */
  readonly holder: string;
}

/** The requested name, and its holder. */
export interface WantedName {
  readonly slug: string;
  readonly name: string;
  readonly holder: string;
}

/** From PATCHBAY_RELEASED_NAMES, whose form the config has checked. */
export function parseReleasedNames(text: string): readonly ReleasedName[] {
  return text
    .split(',')
    .map((entry) => entry.trim().split('='))
    .flatMap(([slug = '', holder = '']) => (slug === '' ? [] : [{ slug, holder }]));
}

/**
 * Null for a name that is its own; otherwise to whom it was released, for the audit log.
 *
 * @throws AppError `organizations.name_needs_release`
 */
export function releaseOf(wanted: WantedName, released: readonly ReleasedName[]): string | null {
  const { slug, name, holder } = wanted;
  const brand = imitatedBrand(slug) ?? imitatedBrand(name);
  if (brand === null) return null;
  if (released.some((entry) => entry.slug === slug && entry.holder === holder)) return holder;
  throw new AppError('organizations.name_needs_release', {
    detail: `"${imitatedBrand(slug) ? slug : name}" looks like ${brand}. The operator can release it: ${slug}=${holder}`,
    data: { slug, brand, release: `${slug}=${holder}` },
  });
}
