import { type Found, found } from '../rules/index.ts';
import { type Json, parseObject } from '../wire/rpc.ts';
import { type Answer, contentTypeOf, isAbsolute, isDocument, isJson, isRedirect, statusOf } from './check-endpoint.ts';

/** The forms of the metadata of one issuer, in the order in which clients try them. @see RFC 8414 §3.1 and §5 */
export function metadataForms(issuer: URL): readonly URL[] {
  const path = issuer.pathname.replace(/\/$/, '');
  const at = (text: string) => new URL(text, issuer.origin);
  const inserted = [
    at(`/.well-known/oauth-authorization-server${path}`),
    at(`/.well-known/openid-configuration${path}`),
  ];
  return path === '' ? inserted : [...inserted, at(`${path}/.well-known/openid-configuration`)];
}

/** The form that clients use: the first that is a document. */
export function chosenForm<T extends Answer>(answers: readonly T[]): T | null {
  return answers.find(isDocument) ?? null;
}

/** @param issuer as the protected resource names it */
export function checkServerMetadata(issuer: string, answers: readonly Answer[]): Found[] {
  const chosen = chosenForm(answers);
  const before = chosen === null ? answers : answers.slice(0, answers.indexOf(chosen));
  const findings = before.flatMap(obstacle);
  if (chosen === null)
    return findings.length > 0 ? findings : [found('server.not-found', answers.map(statusOf)[0] ?? '')];
  if (!isJson(chosen)) findings.push(found('server.content-type', contentTypeOf(chosen)));
  const documents = answers.filter(isDocument).map((answer) => parseObject(answer.text) ?? {});
  return [...findings, ...checkDocument(issuer, parseObject(chosen.text) ?? {}), ...compareForms(documents)];
}

/** An answer that stops a client on its way to the form that exists. */
function obstacle(answer: Answer): Found[] {
  if (answer.status >= 500 || isRedirect(answer)) return [found('server.error', statusOf(answer))];
  return answer.status === 200 ? [found('server.not-json', contentTypeOf(answer))] : [];
}

function checkDocument(issuer: string, document: Json): Found[] {
  const findings: Found[] = [];
  const listed = (member: string): readonly unknown[] | null => {
    const value = document[member];
    return Array.isArray(value) ? value : null;
  };
  if (document.issuer !== issuer) {
    findings.push(found('server.issuer', `issuer is ${document.issuer}, the resource names ${issuer}`));
  }
  for (const member of ['authorization_endpoint', 'token_endpoint']) {
    const endpoint = document[member];
    if (typeof endpoint !== 'string' || !isAbsolute(endpoint)) {
      findings.push(found('server.endpoints', `${member} is ${endpoint ?? 'missing'}`));
    }
  }
  const responses = listed('response_types_supported');
  const grants = listed('grant_types_supported');
  if (responses?.includes('code') === false || grants?.includes('authorization_code') === false) {
    findings.push(found('server.code', `response_types_supported is ${responses}, grant_types_supported is ${grants}`));
  }
  if (listed('code_challenge_methods_supported')?.includes('S256') !== true) {
    findings.push(
      found(
        'server.s256',
        `code_challenge_methods_supported is ${listed('code_challenge_methods_supported') ?? 'missing'}`,
      ),
    );
  }
  const takesDocuments = document.client_id_metadata_document_supported === true;
  if (!takesDocuments && typeof document.registration_endpoint !== 'string') {
    findings.push(found('server.no-registration', 'neither is in the metadata'));
  }
  const methods = listed('token_endpoint_auth_methods_supported');
  if (takesDocuments && methods?.includes('none') !== true) {
    findings.push(found('server.cimd-none', `token_endpoint_auth_methods_supported is ${methods ?? 'missing'}`));
  }
  if (grants?.includes('refresh_token') === false)
    findings.push(found('server.refresh', `grant_types_supported is ${grants}`));
  if (document.authorization_response_iss_parameter_supported !== true) {
    findings.push(found('server.iss', 'authorization_response_iss_parameter_supported is not true'));
  }
  return findings;
}

const COMPARED = ['issuer', 'authorization_endpoint', 'token_endpoint', 'registration_endpoint'];

function compareForms([first, ...others]: readonly Json[]): Found[] {
  for (const other of others) {
    const member = COMPARED.find((name) => other[name] !== first?.[name]);
    if (member !== undefined)
      return [found('server.forms-differ', `${member} is ${first?.[member]} and ${other[member]}`)];
  }
  return [];
}
