import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { BUNDLE_LICENSES, BUNDLE_PROGRAM, bundleManifest } from './bundle-manifest.ts';
import type { ConnectSubject } from './subject.ts';

/** The earliest time that a zip file can hold: equal connectors make equal bytes. */
const MTIME = '1980-01-01T00:00:00';
/** The program is the same in all bundles, and compressing two megabytes for each would cost a gateway's loop 60 ms. */
const STORED = 0;

interface Bridge {
  readonly program: Uint8Array;
  readonly licenses: Uint8Array;
}

/** MCP bundles, from the bridge that the installation was built with. */
export class BundleFiles {
  readonly #directory: string | undefined;
  #loaded: { readonly stamp: string; readonly bridge: Promise<Bridge> } | null = null;

  /** @param directory holds `bridge.mjs` and `bridge-licenses.txt`, perhaps later; undefined: there are no bundles */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  /** Whether bundles can be made now. */
  isServed(): boolean {
    return this.#directory !== undefined && existsSync(join(this.#directory, 'bridge.mjs'));
  }

  /** The bundle as a zip file; null where the bridge is not there. */
  async pack(subject: ConnectSubject): Promise<Uint8Array | null> {
    const bridge = await this.#load();
    if (bridge === null) return null;
    const manifest = strToU8(`${JSON.stringify(bundleManifest(subject), null, 2)}\n`);
    return zipSync(
      {
        'manifest.json': [manifest, { mtime: MTIME }],
        [BUNDLE_PROGRAM]: [bridge.program, { level: STORED, mtime: MTIME }],
        [BUNDLE_LICENSES]: [bridge.licenses, { level: STORED, mtime: MTIME }],
      },
      { os: 3 },
    );
  }

  /** Reads the files once per change. */
  async #load(): Promise<Bridge | null> {
    if (this.#directory === undefined) return null;
    const file = join(this.#directory, 'bridge.mjs');
    const found = await stat(file).catch(() => null);
    if (found === null) return null;
    const stamp = `${found.size}-${found.mtimeMs}`;
    if (this.#loaded?.stamp !== stamp) {
      const files = [file, join(this.#directory, 'bridge-licenses.txt')].map((path) => readFile(path));
      const bridge = Promise.all(files).then(([program = EMPTY, licenses = EMPTY]) => ({ program, licenses }));
      this.#loaded = { stamp, bridge };
      bridge.catch(() => {
        this.#loaded = null;
      });
    }
    return this.#loaded.bridge;
  }
}

const EMPTY = new Uint8Array();
