import type { Installation, SignedIn } from '../admin/given.ts';
import { Browser, type Owner, type Seen } from '../oauth/given.ts';
import { CLIENT_ID, CLIENT_SECRET, type TestIdentityProvider } from './test-identity-provider.ts';

/** Begins a sign-in as a person does, up to the address at the provider. */
export async function begin(browser: Browser, path: string): Promise<Seen> {
  const page = await browser.send(path);
  if (page.status !== 200) return page;
  const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const { origin } = new URL(page.url);
  return browser.send(page.url, {
    method: 'POST',
    body: new URLSearchParams({ formToken }),
    headers: { origin, 'sec-fetch-site': 'same-origin' },
  });
}

/** The whole way: page, provider, callback. @returns the answer to the callback */
export async function through(
  browser: Browser,
  provider: TestIdentityProvider,
  { path, claims }: { readonly path: string; readonly claims: Readonly<Record<string, unknown>> },
): Promise<Seen> {
  const sent = await begin(browser, path);
  if (sent.location === null) return sent;
  return browser.send(provider.approve(sent.location, claims));
}

/** Sets the provider, tests it as the owner does, and puts it into service. */
export async function putIntoService(
  installation: Installation,
  owner: Owner,
  { slug, provider }: { readonly slug: string; readonly provider: TestIdentityProvider },
): Promise<void> {
  const path = `/organizations/${slug}/sign-in/identity-provider`;
  const body = { issuer: provider.issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
  const saved = await installation.call('PUT', path, { as: owner, body });
  if (saved.status !== 200) throw new Error(saved.text);
  const tested = await through(new Browser(installation.origin, owner), provider, {
    path: `/-/sso/${slug}/test`,
    claims: { sub: 'tester' },
  });
  if (tested.status !== 200) throw new Error(tested.text);
  const activated = await installation.call('POST', `${path}/activate`, { as: owner });
  if (activated.status !== 200) throw new Error(activated.text);
}

/** The person in the browser, for calls of the admin API. */
export function signedInAs(browser: Browser): SignedIn {
  const [name, value] = [...browser.cookies].find(([key]) => key.endsWith('patchbay_session')) ?? ['', ''];
  return { personId: '', email: '', cookie: `${name}=${value}` };
}
