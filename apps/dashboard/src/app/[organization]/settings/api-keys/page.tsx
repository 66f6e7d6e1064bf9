import type { Metadata } from 'next';
import { ApiKeysPage } from '../../../../features/api-keys/api-keys-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.apiKeys.title };

export default async function ApiKeysRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <ApiKeysPage organization={decodeURIComponent(organization)} />;
}
