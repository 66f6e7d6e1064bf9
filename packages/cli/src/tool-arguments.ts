import { AppError } from '@patchbay/foundation';

/**
 * Arguments of a tool from the command line: `name=text`, `name:=json`, or one JSON object.
 *
 * @throws AppError cli.usage that quotes what it cannot read
 */
export function readToolArguments(given: readonly string[]): Record<string, unknown> {
  const [first] = given;
  if (first === undefined) return {};
  if (given.length === 1 && first.trimStart().startsWith('{')) {
    // A text that starts with a brace and is JSON is an object.
    return readJson(first) as Record<string, unknown>;
  }
  return Object.fromEntries(given.map(readPair));
}

function readPair(text: string): [string, unknown] {
  const match = /^([^=:]+)(:?=)(.*)$/s.exec(text);
  const [, name, separator, value] = match ?? [];
  if (name === undefined || value === undefined) {
    throw new AppError('cli.usage', { detail: `${JSON.stringify(text)} is neither name=text nor name:=json.` });
  }
  return [name, separator === ':=' ? readJson(value) : value];
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('cli.usage', {
      detail: `${text} is not JSON: ${error instanceof Error ? error.message : error}`,
      cause: error,
    });
  }
}
