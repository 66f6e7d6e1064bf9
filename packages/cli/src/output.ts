import { styleText } from 'node:util';

export interface OutputOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly json: boolean;
  readonly color: boolean;
}

type Style = Parameters<typeof styleText>[0];

/**
 * Everything the command line prints. Results go to standard output, what goes on meanwhile and errors to standard error.
 * With `--json` standard output holds one JSON document, or one per line for what streams, and nothing else.
 */
export class Output {
  readonly json: boolean;
  readonly #options: OutputOptions;
  #transient = false;

  constructor(options: OutputOptions) {
    this.json = options.json;
    this.#options = options;
  }

  /** A result: as JSON the value, else the lines. */
  result(value: unknown, lines: string | readonly string[]): void {
    this.#write(this.json ? printableJson(value, 2) : [lines].flat().join('\n'));
  }

  /** One item of a stream: as JSON on a line of its own. */
  item(value: unknown, line: string): void {
    this.#write(this.json ? printableJson(value) : line);
  }

  /** What goes on, for people; nothing with `--json`. */
  progress(line: string): void {
    if (!this.json) this.#write(line);
  }

  /** A line that the next one replaces; only on a terminal. */
  transient(line: string): void {
    if (this.json || !this.#options.stdout.isTTY) return;
    this.#clear();
    this.#options.stdout.write(line);
    this.#transient = true;
  }

  error(text: string): void {
    this.#clear();
    this.#options.stderr.write(`${text}\n`);
  }

  style(style: Style, text: string): string {
    return this.#options.color && !this.json ? styleText(style, text, { validateStream: false }) : text;
  }

  #write(text: string): void {
    this.#clear();
    this.#options.stdout.write(`${text}\n`);
  }

  #clear(): void {
    if (this.#transient) this.#options.stdout.write('\r\u001b[K');
    this.#transient = false;
  }
}

/** C0 but line break and tab, DEL, C1; zero-width and direction marks; line and paragraph separators. */
const STEERING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text of others (log lines, tool answers) without what a terminal would obey or what reorders what a person reads:
 * colours are removed, everything else of that kind is shown by its code (security S27).
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return text.replace(/\u001b\[[0-9;]*m|\r(?=\n)/g, '').replace(STEERING, codeOf);
}

/** As `printable`, on one line: what a log line says cannot look like another line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\x0a');
}

/** JSON that is ASCII where a terminal would obey: it reads back as the same value. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    STEERING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function codeOf(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Rows in columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `0.42 s`, `12 s`, `3 min`. */
export function seconds(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
