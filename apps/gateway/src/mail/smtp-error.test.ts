import { AppError } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { toMailError } from './smtp-error.ts';

describe('toMailError', () => {
  it.each([
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, 'mail', true],
    [{ code: 'EMESSAGE', command: 'DATA', responseCode: 554 }, 'mail', true],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 451 }, 'mail', false],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 503 }, 'mail', false],
    [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 }, 'server', false],
    [{ code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535 }, 'server', false],
    [{ code: 'ESOCKET', command: 'CONN', originalCode: 'ECONNRESET' }, 'server', false],
    [{ code: 'ETIMEDOUT', command: 'CONN' }, 'server', false],
    [new AppError('egress.upstream_failed', { detail: 'mail.example does not answer.' }), 'server', false],
    [undefined, 'server', false],
  ])('the failure %o concerns the %s, and is permanent: %s', (failure, fault, permanent) => {
    expect(toMailError(failure)).toMatchObject({ fault, permanent });
  });

  it('the words of a failure hold neither an address nor the text of the server', () => {
    const failure = Object.assign(new Error('550 no such user bob@people.example'), {
      command: 'RCPT TO',
      responseCode: 550,
      response: '550 no such user bob@people.example',
    });
    expect(toMailError(failure).message).toBe('the mail server answers 550 to RCPT TO');
  });
});
