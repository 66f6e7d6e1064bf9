import type { Metadata } from 'next';
import { OAuthClientsPage } from '../../../../features/oauth-clients/oauth-clients-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.oauthClients.title };

export default async function OAuthClientsRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <OAuthClientsPage organization={decodeURIComponent(organization)} />;
}
