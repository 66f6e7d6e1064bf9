import { ApiProblem } from '@patchbay/api-client';
import { STRINGS } from './strings.ts';

/** Any error as a page can show it. An error that is not an answer of the API means that no answer arrived. */
export function showError(error: unknown) {
  if (!(error instanceof ApiProblem)) {
    const { unreachableTitle: title, unreachableHint: hint } = STRINGS.problem;
    return { title, detail: null, hint, code: null, requestId: null, docsUrl: null };
  }
  const { title, detail, hint, code, requestId, docsUrl } = error;
  return {
    title,
    detail: detail === title ? null : detail,
    hint,
    code,
    requestId,
    // Only an address of the web becomes a link.
    docsUrl: /^https?:\/\//.test(docsUrl) ? docsUrl : null,
  };
}
