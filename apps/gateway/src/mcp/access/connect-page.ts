import { renderPage } from '../../edge/render-page.ts';

/** A person opened the URL of a connector: what it is for, and what to do with it. Never a redirect. */
export function connectPage(resource: string, needsKey: boolean): string {
  const name = /([^/@]+)(@\d+)?\/mcp\/?$/.exec(resource)?.[1] ?? 'connector';
  const header = needsKey ? ' --header "Authorization: Bearer YOUR_KEY"' : '';
  const keyHint =
    'It asks for an API key: an owner or admin of the organization makes one. Clients send it as this header:';
  return renderPage({
    title: 'This address is for MCP clients',
    text: 'A browser cannot use it. Give it to Claude or to any other MCP client:',
    steps: [
      { text: 'In Claude: Settings, Connectors, Add custom connector. Paste this URL:', copy: resource },
      { text: 'In Claude Code, run:', copy: `claude mcp add --transport http ${name} ${resource}${header}` },
      ...(needsKey ? [{ text: keyHint, copy: 'Authorization: Bearer YOUR_KEY' }] : []),
    ],
  });
}
