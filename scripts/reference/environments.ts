/** The environment of every process, from the schemas that read it. */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { gatewayEnvironment } from '../../apps/gateway/src/config.ts';
import { keyholderEnvironment } from '../../apps/keyholder/src/config.ts';
import { startEnvironment } from '../../apps/launcher/src/config.ts';
import { spawnerEnvironment } from '../../apps/spawner/src/config.ts';
import { probeEnvironment, supervisorEnvironment } from '../../apps/supervisor/src/config.ts';
import { workerEnvironment } from '../../apps/worker/src/config.ts';
import { setupEnvironment } from '../../infra/docker/config.ts';
import { cliEnvironment } from '../../packages/cli/src/config.ts';

const FIELD = /^ +\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n +([A-Z][A-Z0-9_]*):/gm;

/** Name of a variable → the doc comment above its field, on one line. A later file wins. */
async function readFieldComments(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const comments = new Map<string, string>();
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    for (const [, comment = '', name = ''] of text.matchAll(FIELD)) comments.set(name, asOneLine(comment));
  }
  return comments;
}

function asOneLine(comment: string): string {
  return comment
    .replace(/\n\s*\*/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ @see (\S+)/, ' See $1.')
    .trim();
}

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Variable {
  readonly name: string;
  /** Its doc comment, one line of Markdown. */
  readonly comment: string;
  readonly isRequired: boolean;
  /** As it would be written in the environment; null without one. */
  readonly standard: string | null;
}

export interface Environment {
  readonly title: string;
  readonly introduction: string;
  readonly variables: readonly Variable[];
}

/** Modules with fields that several schemas spread; a comment beside a schema's own field comes first. */
const SHARED_FIELDS = [
  'packages/foundation/src/shared-environment.ts',
  'packages/artifacts/src/open-artifact-store.ts',
  'packages/sandbox-client/src/supervisor-fields.ts',
  'packages/sandbox-protocol/src/peers/tls-identity.ts',
];

const SOURCES = [
  {
    title: '`npm start`',
    introduction:
      'Settings of the person who starts an installation on one machine. The launcher starts every process with the variables that it needs, and passes on those of the sections below that the operator may choose.',
    schema: startEnvironment,
    file: 'apps/launcher/src/config.ts',
  },
  {
    title: 'Gateway',
    introduction: 'The only public listener.',
    schema: gatewayEnvironment,
    file: 'apps/gateway/src/config.ts',
  },
  {
    title: 'Worker',
    introduction: 'Deploys and schedules.',
    schema: workerEnvironment,
    file: 'apps/worker/src/config.ts',
  },
  {
    title: 'Keyholder',
    introduction: 'The only process with the master key. It listens on no network.',
    schema: keyholderEnvironment,
    file: 'apps/keyholder/src/config.ts',
  },
  {
    title: 'Supervisor',
    introduction: 'Starts sandboxes. It gets no database and no key.',
    schema: supervisorEnvironment,
    file: 'apps/supervisor/src/config.ts',
  },
  {
    title: 'Spawner',
    introduction: 'Starts the processes of sandboxes for the supervisor, as root.',
    schema: spawnerEnvironment,
    file: 'apps/spawner/src/config.ts',
  },
  {
    title: 'Database setup',
    introduction: 'The container `setup` of docker-compose.yml, once per upgrade.',
    schema: setupEnvironment,
    file: 'infra/docker/config.ts',
  },
  {
    title: 'Probe',
    introduction: '`npm run probe`: how well a host isolates sandboxes.',
    schema: probeEnvironment,
    file: 'apps/supervisor/src/config.ts',
  },
  {
    title: 'Command line',
    introduction: '`patchbay`, on an author’s machine or in CI.',
    schema: cliEnvironment,
    file: 'packages/cli/src/config.ts',
  },
] as const;

/** @throws Error when a field has no comment */
export async function loadEnvironments(): Promise<readonly Environment[]> {
  const shared = await readFieldComments(SHARED_FIELDS.map((file) => path.join(ROOT, file)));
  return Promise.all(
    SOURCES.map(async ({ title, introduction, schema, file }) => {
      const own = await readFieldComments([path.join(ROOT, file)]);
      return { title, introduction, variables: variablesOf(schema, new Map([...shared, ...own])) };
    }),
  );
}

function variablesOf(schema: z.ZodType, comments: ReadonlyMap<string, string>): readonly Variable[] {
  // The input type: the environment, before parsing.
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, field]) => {
    const comment = comments.get(name);
    if (comment === undefined) throw new Error(`${name} has no comment`);
    const standard = typeof field === 'object' ? field.default : undefined;
    return {
      name,
      comment,
      isRequired: required.includes(name),
      standard: standard === undefined || standard === '' ? null : String(standard),
    };
  });
}
