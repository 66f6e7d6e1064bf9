import { AppError } from '@patchbay/foundation';
import { type Command, CommanderError } from 'commander';
import { allCommands } from './create-program.ts';

/** Words of other command lines, with ours for them. */
const SYNONYMS: Readonly<Record<string, string>> = {
  config: 'settings',
  create: 'init',
  delete: 'remove',
  invoke: 'call',
  ls: 'list',
  new: 'init',
  promote: 'activate',
  publish: 'deploy',
  push: 'deploy',
  revert: 'rollback',
  rm: 'remove',
  run: 'dev',
  serve: 'dev',
  start: 'dev',
  tail: 'logs',
  undo: 'rollback',
};

/** Runs the command line. An unknown command is refused with the commands that were probably meant. */
export async function runCommandLine(program: Command, args: readonly string[]): Promise<void> {
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    const meant = error instanceof CommanderError ? commandsMeant(program, args, error.message) : [];
    if (meant.length === 0) throw error;
    const detail =
      String(error instanceof Error ? error.message : error)
        .replace(/^error: /, '')
        .split('\n')[0] ?? '';
    const commands = meant.map((command) => `\`${command}\``).join(' or ');
    throw new AppError('cli.usage', {
      detail,
      hint: `Did you mean ${commands}? \`patchbay --help\` lists all commands.`,
    });
  }
}

/**
 * The commands that an unknown word was probably meant as, with everything before them: those beside it with a similar
 * name, as the parser found them, else those of this name, or of its synonym, anywhere.
 */
export function commandsMeant(program: Command, args: readonly string[], message: string): string[] {
  const word = /unknown command '([^']+)'/.exec(message)?.[1];
  if (word === undefined) return [];
  let level = program;
  for (const arg of args) level = level.commands.find((command) => command.name() === arg) ?? level;
  const similar = /Did you mean (?:one of )?([^?]+)\?/.exec(message)?.[1]?.split(', ') ?? [];
  const beside = level.commands.filter((command) => similar.includes(command.name()));
  const named = allCommands(program).filter((command) => [word, SYNONYMS[word]].includes(command.name()));
  return (beside.length > 0 ? beside : named).map(pathOf);
}

/** `patchbay secrets list` */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
