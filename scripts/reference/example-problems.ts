/** Differences between `.env.example`, the compose files and the schemas that read the environments. */
import { parse } from 'yaml';
import type { Environment } from './environments.ts';

export interface ExampleFiles {
  /** `.env.example` */
  readonly example: string;
  /** Text of each compose file, by its name. */
  readonly compose: Readonly<Record<string, string>>;
}

/** Services of the compose files that run a process of ours → the section of the configuration that it reads. */
const SERVICES: Readonly<Record<string, string>> = {
  gateway: 'Gateway',
  worker: 'Worker',
  supervisor: 'Supervisor',
  setup: 'Database setup',
};

/** Given to a process and read by Node or a library instead of our schema. */
const NOT_OURS = /^(NODE_|OTEL_|TZ$)/;

/** Pure: one sentence per disagreement. */
export function findExampleProblems(files: ExampleFiles, environments: readonly Environment[]): readonly string[] {
  const documented = new Set(Array.from(files.example.matchAll(/^([A-Z][A-Z0-9_]*)=/gm), ([, name = '']) => name));
  const compose = Object.values(files.compose).join('\n');
  const wanted = new Set(Array.from(compose.matchAll(/\$\{([A-Z][A-Z0-9_]*)/g), ([, name = '']) => name));
  return [
    ...[...documented]
      .filter((name) => !wanted.has(name))
      .map((name) => `.env.example sets ${name}, which no compose file uses.`),
    ...[...wanted]
      .filter((name) => !documented.has(name))
      .map((name) => `A compose file uses ${name}, which .env.example does not name.`),
    ...Object.entries(files.compose).flatMap(([name, text]) => findUnread(name, text, environments)),
  ];
}

function findUnread(file: string, text: string, environments: readonly Environment[]): readonly string[] {
  const { services = {} } = parse(text, { merge: true }) as { services?: Record<string, { environment?: object }> }; // a compose file
  return Object.entries(services).flatMap(([service, { environment = {} }]) => {
    const section = environments.find(({ title }) => title === SERVICES[service]);
    if (section === undefined) return [];
    const known = new Set(section.variables.map(({ name }) => name));
    return Object.keys(environment)
      .filter((name) => !known.has(name) && !NOT_OURS.test(name))
      .map((name) => `${file} gives ${name} to ${service}, which does not read it.`);
  });
}
