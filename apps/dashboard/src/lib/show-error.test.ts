import { ApiProblem } from '@patchbay/api-client';
import { describe, expect, it } from 'vitest';
import { showError } from './show-error.ts';
import { STRINGS } from './strings.ts';

const body = {
  type: 'javascript:alert(1)',
  title: 'There is no such connector.',
  status: 404,
  detail: 'There is no such connector.',
  code: 'connectors.not_found',
  hint: 'Check the name.',
  requestId: 'req_1',
};

describe('showError', () => {
  it('a shown error links to web addresses only and does not repeat a sentence', () => {
    const shown = showError(new ApiProblem(body));
    expect(shown).toMatchObject({ detail: null, docsUrl: null, code: 'connectors.not_found', requestId: 'req_1' });
    expect(showError(new ApiProblem({ ...body, type: 'https://x.example/e' })).docsUrl).toBe('https://x.example/e');
  });

  it('a request without an answer is shown as an unreachable platform, without an invented code', () => {
    expect(showError(new TypeError('Failed to fetch'))).toMatchObject({
      title: STRINGS.problem.unreachableTitle,
      code: null,
    });
  });
});
