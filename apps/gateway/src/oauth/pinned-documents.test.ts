import { expect, it } from 'vitest';
import { PINNED_DOCUMENTS } from './pinned-documents.ts';
import { classifyRedirectUri } from './redirect-uri.ts';

it('every pinned document is of the client that its address names, with redirects that a client may register', () => {
  const problems = [...PINNED_DOCUMENTS].flatMap(([url, { client_id: id, redirect_uris: uris }]) => [
    ...(id === url ? [] : [`${url} names ${id}`]),
    ...uris.flatMap((uri) => ('problem' in classifyRedirectUri(uri) ? [uri] : [])),
  ]);
  expect(problems).toEqual([]);
  expect(PINNED_DOCUMENTS.size).toBe(2);
});
