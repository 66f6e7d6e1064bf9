import { styleText } from 'node:util';
import { escapeJson, escapeText } from '@patchbay/foundation';

export interface OutputOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly json: boolean;
  readonly color: boolean;
}

/** For a file or a pipe. */
const WIDTH = 100;
const WIDTH_MIN = 40;
const WIDTH_MAX = 140;

type Style = Parameters<typeof styleText>[0];

/**
 * Everything the command line prints. Results go to standard output, progress and errors to standard error. With
 * `--json` standard output holds one JSON document, or one per line for streams, and nothing else.
 */
export class Output {
  readonly json: boolean;
  readonly #options: OutputOptions;
  #transient = false;

  constructor(options: OutputOptions) {
    this.json = options.json;
    this.#options = options;
  }

  /** Columns for text that is broken into lines. */
  get width(): number {
    return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, this.#options.stdout.columns ?? WIDTH));
  }

  /** A result: as JSON the value, else the lines. */
  result(value: unknown, lines: string | readonly string[]): void {
    this.#write(this.json ? printableJson(value, 2) : [lines].flat().join('\n'));
  }

  /** One item of a stream: as JSON on a line of its own. */
  item(value: unknown, line: string): void {
    this.#write(this.json ? printableJson(value) : line);
  }

  /** Progress, for people; nothing with `--json`. */
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

  /** Whether results appear on a terminal, where others may read them. */
  get isTerminal(): boolean {
    return this.#options.stdout.isTTY === true;
  }

  /** A request to the person, on standard error, so that results stay alone. */
  notice(text: string): void {
    this.error(text);
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

/**
 * Text of others (log lines, tool answers) without what a terminal would obey or what reorders what a person reads:
 * colours are removed, everything else of that kind is shown by its code.
 */
export function printable(text: string): string {
  return escapeText(withoutColors(text), 'lines');
}

/** As `printable`, on one line: text of a log line cannot look like another line. */
export function printableLine(text: string): string {
  return escapeText(withoutColors(text));
}

/** JSON that is ASCII where a terminal would obey: it reads back as the same value. */
export function printableJson(value: unknown, indent?: number): string {
  return escapeJson(JSON.stringify(value, null, indent));
}

/** Without colours, and with the line breaks of Unix. */
function withoutColors(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return text.replace(/\u001b\[[0-9;]*m|\r(?=\n)/g, '');
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
