/** Errors of the bundler as errors of a build. */
import type { BuildFailure, Diagnostic } from './build-input.ts';

type Message = import('esbuild').Message;

/** @throws the error itself when it is not about what was to be bundled */
export function failureOf(error: unknown): {
  readonly ok: false;
  readonly failure: BuildFailure;
  readonly diagnostics: readonly Diagnostic[];
} {
  const messages = messagesOf(error);
  if (messages === null) throw error;
  return { ok: false, failure: classify(messages), diagnostics: messages.map(asDiagnostic) };
}

function messagesOf(error: unknown): readonly Message[] | null {
  if (!(error instanceof Error) || !('errors' in error) || !Array.isArray(error.errors)) return null;
  return error.errors.length > 0 ? error.errors : null;
}

function classify(messages: readonly Message[]): BuildFailure {
  const texts = messages.map((message) => message.text);
  if (texts.some((text) => /loader is configured for "\.node"/.test(text))) return 'native';
  if (texts.some((text) => /^Could not (resolve|read)|^No matching export/.test(text))) return 'import';
  return messages.every((message) => message.location !== null && !/top-level await/i.test(message.text))
    ? 'syntax'
    : 'bundle';
}

export function asDiagnostic(message: Message): Diagnostic {
  const { location } = message;
  return {
    file: location?.file ?? '',
    line: location?.line ?? 0,
    column: location === null ? 0 : location.column + 1,
    text: message.text.slice(0, 1000),
  };
}
