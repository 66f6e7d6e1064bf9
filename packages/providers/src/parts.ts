/** Parts that the schema of a catalogue file and the schema of an owner's own provider share. */
import { z } from 'zod';

/** A label of a DNS name as RFC 1123 §2.1 has it, in lower case. */
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?:${LABEL}\\.)+[a-z]{2,63}$`);
const ONE_LABEL = new RegExp(`^${LABEL}$`);

/**
 * Whether the text is one spelling of one public name: lower case, at least two labels, no address, no port, no dot at the
 * end, and no internationalized label, in Unicode or as `xn--` (RFC 5890 §2.3.2.1), because those imitate other names.
 */
export function isPlainHost(text: string): boolean {
  return text.length <= 253 && HOST.test(text) && !text.split('.').some((label) => label.startsWith('xn--'));
}

/** Whether the text can be a customer's label in a host: plain, and not internationalized. */
export function isPlainLabel(text: string): boolean {
  return ONE_LABEL.test(text) && !text.startsWith('xn--');
}

/** Where a customer's own label belongs in a host or an endpoint. */
export const CUSTOMER = '{customer}';

/** An exact host. Wildcards do not exist: hosts of single customers are `perCustomerHost`. */
export const host = z.string().refine(isPlainHost, 'one exact public host name in lower case, without a wildcard');

/** A host with `{customer}` as its whole first label: `{customer}.zendesk.com`. */
export const hostTemplate = z.string().refine((text) => {
  const rest = text.slice(CUSTOMER.length + 1);
  return text.startsWith(`${CUSTOMER}.`) && isPlainHost(rest);
}, '{customer} as the first label, then one exact public name');

/** An https URL without user, port, query and fragment, on a plain host. `{customer}` and `{client_id}` may occur. */
export const endpoint = z.string().max(2048).refine(isEndpoint, 'an https URL without user, port, query and fragment');

function isEndpoint(text: string): boolean {
  const filled = text.replace(`https://${CUSTOMER}.`, 'https://customer.').replace('{client_id}', 'client');
  if (/[{}\s]/.test(filled) || !URL.canParse(filled)) return false;
  const url = new URL(filled);
  const isBare = url.username === '' && url.password === '' && url.port === '' && url.search === '' && url.hash === '';
  return (
    url.protocol === 'https:' && isBare && isPlainHost(url.hostname) && filled.startsWith(`https://${url.hostname}/`)
  );
}

/**
 * A path pattern: `*` is exactly one segment without a colon, `*:verb` one with a custom method of Google's APIs. Everything
 * else is compared as it is, case included.
 */
export const pathPattern = z
  .string()
  .max(256)
  .regex(/^(?:\/(?:\*(?::[A-Za-z]+)?|[A-Za-z0-9._~:@$-]+))+$/, 'a path whose wildcard is a whole segment');

/** A request that changes nothing although its method could. `graphql` also needs a document that only queries. */
export const readRequest = z.strictObject({
  method: z.enum(['GET', 'POST', 'REPORT', 'SEARCH']),
  path: pathPattern,
  graphql: z.literal(true).optional(),
});

/** A scope as the provider names it, what it permits in plain words, and which effect it can have. */
export const scope = z.strictObject({
  name: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'a scope-token of RFC 6749 §3.3'),
  effect: z.enum(['read', 'write', 'admin']),
  means: z.string().min(3).max(200),
  /** One of several services that share the provider's sign-in. */
  service: z.string().min(1).max(40).optional(),
});

const headerName = z.string().regex(/^[a-z0-9-]{1,64}$/, 'a header name in lower case');
/** A parameter or body field, as it is written. */
const fieldName = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);

/**
 * Where the provider takes credentials. The egress proxy refuses values that connector code puts into any of these places
 * itself.
 */
export const authPlaces = {
  authHeaders: z.array(headerName).min(1).max(16),
  authParameters: z.array(fieldName).max(16),
  authBodyFields: z.array(fieldName).max(16),
};

/** How a pasted key is put into a request. */
export const keyPlacement = z.discriminatedUnion('in', [
  z.strictObject({ in: z.literal('header'), name: headerName, prefix: z.string().max(32) }),
  z.strictObject({ in: z.literal('query'), name: fieldName }),
  /** RFC 7617. The person is asked for `username`; null means that the key itself is the user name. */
  z.strictObject({
    in: z.literal('basic'),
    username: z.string().min(1).max(60).nullable(),
    /** Put behind the user name: Zendesk has `/token`. */
    usernameSuffix: z.string().max(16).default(''),
  }),
]);

/** RFC 6901. */
const jsonPointer = z.string().regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'a JSON pointer (RFC 6901)');

/** A harmless request that proves a credential: it reads the account that the credential belongs to. */
const testRequest = z.strictObject({
  method: z.enum(['GET', 'POST']),
  url: endpoint,
  headers: z.record(headerName, z.string().max(200)).default({}),
  /** JSON. */
  body: z.string().max(1024).optional(),
});

/** How the account is found that a credential belongs to. */
export const account = z.strictObject({
  request: testRequest,
  /** Members of the answer that make up an id which never changes; none where the service reports none. */
  id: z.array(jsonPointer).max(3),
  /** The member that people recognise the account by. */
  label: jsonPointer.optional(),
});
