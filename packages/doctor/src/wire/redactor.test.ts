import { describe, expect, it } from 'vitest';
import { Redactor } from './redactor.ts';

describe('the redactor', () => {
  it('shows no value that it was given, encoded or not', () => {
    const redactor = new Redactor();
    redactor.hide('p4ss/word');
    expect(redactor.show('sent p4ss/word and p4ss%2Fword')).toBe('sent [secret] and [secret]');
  });

  it.each([
    'https://a.example/callback?code=abcdef&x=1',
    '{"access_token":"abcdef","token_type":"Bearer"}',
    "client_secret = 'abcdef'",
    'refresh_token: abcdef',
    'Bearer eyJhbGciOiJub25lIn0.eyJabcdef.abcdef',
  ])('shows no secret in %s, although it never saw it', (text) => {
    expect(new Redactor().show(text)).not.toContain('abcdef');
    expect(new Redactor().show(text)).toContain('[secret]');
  });

  it('shows the text of a server on one line, without what a terminal obeys, and shortened', () => {
    const shown = new Redactor().show(`one\n\u001b[2Jtwo${'x'.repeat(1_000)}`);
    expect(shown).not.toContain('\n');
    expect(shown).not.toContain('\u001b');
    expect(shown.length).toBeLessThan(300);
    expect(shown.startsWith('one \\u{1b}[2Jtwo')).toBe(true);
  });

  it('shows an ordinary answer as it is', () => {
    expect(new Redactor().show('{"error":"invalid_client"}')).toBe('{"error":"invalid_client"}');
  });
});
