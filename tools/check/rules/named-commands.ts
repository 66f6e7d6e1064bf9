import type { Finding, Rule } from '../rule.ts';
import type { SourceFile, SourceTree } from '../source-tree.ts';
import { textsForPeople } from '../texts-for-people.ts';

/** A command line program as far as texts can name it. */
export interface CommandShape {
  readonly name: string;
  /** With their dashes: `--json`, `-f`. */
  readonly options: readonly string[];
  readonly commands: readonly CommandShape[];
}

/** A command begins in a quotation, after a prompt or `npx`, on an indented line, or behind another command. */
const COMMAND = /(?:`|npx |&& |\$ |with: |^ {4,})patchbay((?: [^\s`'"\\#<>|;&(){}…]+)+)/g;
/** In the command line's own code a string is one too, and everywhere double quotes within a template. */
const QUOTED = /["']patchbay((?: [^\s`'"\\#<>|;&(){}…]+)+)/g;
const QUOTES_COMMANDS = /^packages\/(cli|foundation)\/src\//;
const DOWNLOADED = /\/cli\.tgz((?: [^\s`'"#<>|;&(){}…]+)+)/g;
const SCRIPT = /\bnpm run ([\w:-]+)/g;
const ALWAYS = new Set(['--help', '-h', '--version', '-V']);

/** Commands in instructions to people exist, with their options. */
export function namedCommands(loadProgram: () => Promise<CommandShape>): Rule {
  return {
    name: 'named-commands',
    async find(tree) {
      const program = await loadProgram();
      const scripts = scriptsOf(tree);
      return textsForPeople(tree).flatMap((file) => findInFile(file, program, scripts));
    },
  };
}

function scriptsOf(tree: SourceTree): ReadonlySet<string> {
  const text = tree.get('package.json')?.text ?? '{}';
  // Our own file, checked by npm at every command.
  const { scripts = {} } = JSON.parse(text) as { scripts?: Record<string, string> };
  return new Set(Object.keys(scripts));
}

function findInFile(file: SourceFile, program: CommandShape, scripts: ReadonlySet<string>): Finding[] {
  return file.text.split('\n').flatMap((line, index) => {
    const quoted = QUOTES_COMMANDS.test(file.path) ? line.matchAll(QUOTED) : [];
    const commands = [...line.matchAll(COMMAND), ...line.matchAll(DOWNLOADED), ...quoted].flatMap(
      ([, words = '']) => objection(program, words.trim().split(' ')) ?? [],
    );
    const missing = [...line.matchAll(SCRIPT)]
      .map(([, name = '']) => name)
      .filter((name) => !scripts.has(name))
      .map((name) => `package.json has no script ${name}`);
    return [...commands, ...missing].map((message) => ({ file: file.path, line: index + 1, message }));
  });
}

/**
 * The reason why the words are no command of the program, or null. A word that is neither command nor option is an
 * argument.
 */
function objection(program: CommandShape, words: readonly string[]): string | null {
  let at = program;
  let known = new Set([...ALWAYS, ...program.options]);
  for (const raw of words) {
    const word = raw.replace(/[.,:]+$/, '');
    if (word.startsWith('-')) {
      const option = word.replace(/=.*/, '');
      if (option !== '--' && !known.has(option)) return `${pathOf(program, at)} has no option ${option}`;
      if (ALWAYS.has(option)) return null;
      continue;
    }
    const next = at.commands.find(({ name }) => name === word);
    if (next) {
      at = next;
      known = new Set([...known, ...next.options]);
    } else if (at.commands.length > 0) return `there is no command ${pathOf(program, at)} ${word}`;
  }
  return at.commands.length > 0 && at !== program ? `${pathOf(program, at)} does nothing by itself` : null;
}

function pathOf(program: CommandShape, command: CommandShape): string {
  return command === program ? program.name : `${program.name} ${command.name}`;
}

/** The command line as it is built, so that the rule cannot drift from it. */
export async function loadCommandLine(): Promise<CommandShape> {
  const { createProgram } = await import('@patchbay/cli/program');
  const program = createProgram(() => {
    throw new Error('no command is run here');
  });
  return shapeOf(program);
}

type Program = ReturnType<typeof import('@patchbay/cli/program')['createProgram']>;

function shapeOf(command: Program): CommandShape {
  return {
    name: command.name(),
    options: command.options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
    commands: command.commands.map(shapeOf),
  };
}
