import { readFile } from 'node:fs/promises';
import { AppError, readSystemError } from '@patchbay/foundation';
import type { z } from 'zod';

export interface JsonFile<Schema extends z.ZodType> {
  readonly file: string;
  readonly schema: Schema;
  /** The remedy for a person at the terminal when it is damaged: complete sentences. */
  readonly wayBack: string;
}

/**
 * Reads a file of ours. null when there is none.
 *
 * @throws AppError start.file_damaged with the file, what is wrong with it and the way back. Never with what it holds:
 * some of these files hold passwords, and a parser's message may quote what it read.
 */
export async function readJsonFile<Schema extends z.ZodType>(
  options: JsonFile<Schema>,
): Promise<z.output<Schema> | null> {
  const { file, schema, wayBack } = options;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (readSystemError(error).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].filter(Boolean);
  const reason =
    text.trim() === ''
      ? 'is empty'
      : parseJson(text) === undefined
        ? 'is not JSON: it was cut or overwritten'
        : `does not hold what it should${fields.length > 0 ? ` (${fields.join(', ')})` : ''}`;
  throw new AppError('start.file_damaged', { detail: `${file} ${reason}. ${wayBack}`, data: { file } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
