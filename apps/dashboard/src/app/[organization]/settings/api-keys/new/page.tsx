import type { Metadata } from 'next';
import { NewApiKeyPage } from '../../../../../features/api-keys/new-api-key-page.tsx';
import { STRINGS } from '../../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.apiKeys.form.title };

interface PageProps {
  readonly params: Promise<{ organization: string }>;
  readonly searchParams: Promise<Record<string, unknown>>;
}

export default async function NewApiKeyRoute({ params, searchParams }: PageProps) {
  const [{ organization }, { kind }] = await Promise.all([params, searchParams]);
  const chosen = kind === 'admin' || kind === 'deploy' ? kind : 'mcp';
  return <NewApiKeyPage organization={decodeURIComponent(organization)} kind={chosen} />;
}
