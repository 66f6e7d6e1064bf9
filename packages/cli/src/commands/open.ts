import { AppError } from '@patchbay/foundation';
import { openBrowser } from '../open-browser.ts';
import type { ProgramContext } from '../program-context.ts';

interface OpenOptions {
  readonly page?: string;
}

/** Pages by the name `--page` takes: those of the organization, and those of a connector. */
const ORGANIZATION_PAGES = [
  'members',
  'groups',
  'policies',
  'invitations',
  'roles',
  'api-keys',
  'connected-clients',
  'oauth-clients',
] as const;
const CONNECTOR_PAGES = ['tools', 'secrets', 'settings', 'connect'] as const;

/** Prints an address of the dashboard, or of a connector's public page with steps for its clients, and opens it in a browser when a person sits there. */
export async function open(
  context: ProgramContext,
  connector: string | undefined,
  { page }: OpenOptions,
): Promise<void> {
  const session = await context.session();
  const organization = `${session.origin}/dashboard/${session.organization}`;
  const url =
    connector === undefined
      ? page === undefined
        ? `${session.origin}/dashboard`
        : `${organization}/settings/${known(page, ORGANIZATION_PAGES)}`
      : page === 'connect'
        ? `${session.origin}/${session.organization}/${encodeURIComponent(connector)}`
        : `${organization}/connectors/${encodeURIComponent(connector)}${page === undefined ? '' : `/${known(page, CONNECTOR_PAGES)}`}`;
  context.output.result({ url }, url);
  if (context.interactive) openBrowser(url);
}

/** @throws AppError cli.usage */
function known(page: string, pages: readonly string[]): string {
  if (pages.includes(page)) return page;
  const whose = pages === CONNECTOR_PAGES ? 'of a connector' : 'of the organization';
  throw new AppError('cli.usage', { detail: `--page takes ${pages.join(', ')} as a page ${whose}; ${page} is none.` });
}
