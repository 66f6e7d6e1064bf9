import { text as readText } from 'node:stream/consumers';
import { AppError } from '@patchbay/foundation';
import type { ProgramContext } from './program-context.ts';

/**
 * Asks before a change that others notice. @throws AppError cli.not_confirmed when the answer is no, or there is no
 * terminal to ask
 */
export async function confirm(context: ProgramContext, question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!context.interactive)
    throw new AppError('cli.not_confirmed', { detail: `${question} There is no terminal to answer it.` });
  const prompts = await import('@clack/prompts');
  const answer = await prompts.confirm({ message: question, initialValue: false });
  if (answer !== true) throw new AppError('cli.not_confirmed', { detail: 'The answer was no.' });
}

/**
 * A secret value, from a hidden prompt or from standard input; one line break at its end is not part of it.
 * Never from the command line, where other users of the machine and the shell's history see it.
 *
 * @param hint what to do when there is none, where the caller knows more than how to pipe one in
 * @throws AppError cli.value_missing
 */
export async function readSecretValue(context: ProgramContext, question: string, hint?: string): Promise<string> {
  const missing = (detail?: string) =>
    new AppError('cli.value_missing', { ...(detail && { detail }), ...(hint && { hint }) });
  if (context.interactive) {
    const prompts = await import('@clack/prompts');
    const answer = await prompts.password({ message: question });
    if (typeof answer === 'string' && answer !== '') return answer;
    throw missing();
  }
  if (context.stdin.isTTY) throw missing();
  const value = (await readText(context.stdin)).replace(/\r?\n$/, '');
  if (value === '') throw missing('Standard input was empty.');
  return value;
}
