import { describe, expect, it } from 'vitest';
import { renderErrorIndex, renderErrorPage } from './error-pages.ts';

describe('pages of errors', () => {
  it('keeps the prose of an error page and replaces everything above it', () => {
    const page = renderErrorPage('edge.wrong_host', '# old\n\nold head\n\n## What happened\n\nProse.\n');
    expect(page).toMatch(
      /^# .+\n\n`edge\.wrong_host` · HTTP \d+ · for the caller to fix\n\n## What happened\n\nProse\.\n$/,
    );
    expect(renderErrorPage('edge.wrong_host', page)).toBe(page);
  });

  it('writes the three sections of an error page that does not exist yet, to be filled in', () => {
    expect(renderErrorPage('edge.wrong_host', '')).toMatch(/\n\n## What happened\n\n## Why\n\n## What to do\n$/);
  });

  it('gives no HTTP status to errors that only a terminal shows', () => {
    expect(renderErrorPage('start.disk_full', '')).toContain(
      '`start.disk_full` · shown on the terminal · for the operator',
    );
    expect(renderErrorPage('cli.usage', '')).toContain('`cli.usage` · shown on the terminal · for the user');
  });

  it('lists an error once in the index, below its group, with its status, its title and a link to its page', () => {
    const lines = renderErrorIndex().split('\n');
    const rows = lines.filter((line) => line.includes('(edge/wrong_host.md)'));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(/^\| \[`edge\.wrong_host`\]\(edge\/wrong_host\.md\) \| \d+ \| .+ \|$/);
    const above = lines.slice(0, lines.indexOf(rows[0] ?? '')).filter((line) => line.startsWith('## '));
    expect(above.at(-1)).toBe('## edge');
  });
});
