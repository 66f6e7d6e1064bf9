import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseSource, type Syntax } from './syntax.ts';

const CODE = /\.(ts|tsx|mts|mjs|js)$/;
const TEXT =
  /\.(ts|tsx|mts|mjs|js|json|md|sql|prisma|yaml|yml|css|sh|conf|cfg|txt|svg|html|toml)$|(^|\/)[^.]+$|\.env\.example$/;
const GENERATED = /(^|\/)(generated|dist|\.next|node_modules)\/|(^|\/)next-env\.d\.ts$/;
const BYTES_MAX = 4 * 1024 * 1024;

/** One file of the repository, read when asked for. Paths are relative to the root, with slashes. */
export class SourceFile {
  readonly path: string;
  readonly #read: () => string;
  #text: string | undefined;
  #syntax: Syntax | undefined;

  constructor(filePath: string, read: () => string) {
    this.path = filePath;
    this.#read = read;
  }

  get text(): string {
    this.#text ??= this.#read();
    return this.#text;
  }

  /** The parsed module with its comments; syntax errors are left to the compiler. */
  get syntax(): Syntax {
    this.#syntax ??= parseSource(this.path, this.text);
    return this.#syntax;
  }

  get isCode(): boolean {
    return CODE.test(this.path);
  }

  /** Tests and what serves only them: a `test` folder, `x.test.ts` beside code, the package `testing`. */
  get isTest(): boolean {
    return /(^|\/)test\/|^packages\/testing\/|\.(test|spec)\.tsx?$/.test(this.path);
  }
}

/** The files a rule looks at: what git tracks or would track, without generated code. */
export class SourceTree {
  readonly root: string;
  readonly files: readonly SourceFile[];

  constructor(root: string, files: readonly SourceFile[]) {
    this.root = root;
    this.files = files;
  }

  /** A tree that exists only in memory: the fixtures of the rules' tests. */
  static of(files: Readonly<Record<string, string>>, root = '/nowhere'): SourceTree {
    return new SourceTree(
      root,
      Object.entries(files).map(([name, text]) => new SourceFile(name, () => text)),
    );
  }

  /** The checkout at `root`. Needs git, because files that git ignores are not checked. */
  static load(root: string): SourceTree {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const names = [...new Set(listed.split('\0'))].filter((name) => TEXT.test(name) && !GENERATED.test(name));
    const files = names.filter((name) => isReadableFile(path.join(root, name)));
    return new SourceTree(
      root,
      files.map((name) => new SourceFile(name, () => readFileSync(path.join(root, name), 'utf8'))),
    );
  }

  get code(): readonly SourceFile[] {
    return this.files.filter((file) => file.isCode);
  }

  get(filePath: string): SourceFile | undefined {
    return this.files.find((file) => file.path === filePath);
  }
}

/** A file deleted but not yet committed is still listed by git; so is a link to nothing. */
function isReadableFile(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= BYTES_MAX;
}
