import type { CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import type { Headers } from '../proxy/header-rules.ts';
import { spellingsOf } from './hide-credential.ts';

export interface PlacedCredential {
  readonly headers: Headers;
  /** Path and query. */
  readonly path: string;
  /** Forms in which the value could come back. */
  readonly spellings: readonly string[];
}

/** Puts the value of a credential where its provider takes it. */
export function placeCredential({ placement, secret }: CredentialGrant, url: URL, headers: Headers): PlacedCredential {
  const value = secret.reveal();
  const path = `${url.pathname}${url.search}`;
  switch (placement.in) {
    case 'header': {
      const text = `${placement.prefix}${value}`;
      return {
        headers: { ...headers, [placement.name.toLowerCase()]: text },
        path,
        spellings: spellingsOf(value, text),
      };
    }
    case 'query': {
      // Appended as text: the parameters of the connector stay exactly as it wrote them.
      const parameter = `${encodeURIComponent(placement.name)}=${encodeURIComponent(value)}`;
      const separator = url.search === '' ? '?' : '&';
      return { headers, path: `${path}${separator}${parameter}`, spellings: spellingsOf(value, parameter) };
    }
    case 'basic': {
      const text = `Basic ${Buffer.from(value).toString('base64')}`;
      const colon = value.indexOf(':');
      const secretPart = placement.secretPart === 'user' ? value.slice(0, colon) : value.slice(colon + 1);
      const spellings = [...spellingsOf(value, text), ...spellingsOf(secretPart, value)];
      return {
        headers: { ...headers, authorization: text },
        path,
        spellings: [...new Set(spellings)].sort((one, other) => other.length - one.length),
      };
    }
  }
}
