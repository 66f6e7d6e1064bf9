import { describe, expect, it } from 'vitest';
import { renderErrorPage } from './error-page.ts';

const MARKDOWN = '# Title\n\n`edge.wrong_host` · HTTP 403 · for the caller to fix\n\n## Why\n\nA <b> & `c`.\n';

describe('the HTML page of an error', () => {
  it('the HTML page of an error escapes the text of its Markdown file', () => {
    expect(renderErrorPage('edge.wrong_host', MARKDOWN)).toContain('<p>A &#60;b&#62; &#38; <code>c</code>.</p>');
  });

  it('the HTML page of an error shows its code, its status and who can fix it once', () => {
    const page = renderErrorPage('edge.wrong_host', MARKDOWN);
    expect(page.split('<code>edge.wrong_host</code>')).toHaveLength(2);
    expect(page).toContain('<code>edge.wrong_host</code> · HTTP 403 · for the caller to fix</p>');
  });

  it('the HTML page of an error without a Markdown file shows its code, its status and its hint', () => {
    expect(renderErrorPage('edge.wrong_host', '')).toMatch(/<p><code>edge\.wrong_host<\/code> · HTTP \d+<\/p>\n<p>\S/);
  });
});
