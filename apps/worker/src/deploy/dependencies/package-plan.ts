import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';

/** One package from the registry: name and version address it, the integrity identifies it. */
export interface RegistryPackage {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and Base64: the address in the package store. */
  readonly integrity: string;
  /** On the configured registry. */
  readonly tarball: string;
  readonly hasInstallScript: boolean;
}

/** Where the builder unpacks a package: `node_modules/a/node_modules/b`. */
export interface InstalledPackage extends RegistryPackage {
  readonly path: string;
}

/** A symbolic link the builder makes, target relative to the project's root. */
export interface PackageLink {
  readonly path: string;
  readonly target: string;
}

/** The required contents of `node_modules`. Everything in it was checked; the builder only unpacks. */
export interface PackagePlan {
  readonly placements: readonly InstalledPackage[];
  readonly links: readonly PackageLink[];
  /** Packages linked from the toolchain because the runner brings them along. */
  readonly provided: readonly string[];
}

/** Name → version of the packages the runner brings along. */
export type ProvidedPackages = ReadonlyMap<string, string>;

export const PACKAGES_MAX = DEPLOY_LIMITS.packages.value;
