import type { Metadata } from 'next';
import { GrantsPage } from '../../../../features/grants/grants-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.grants.title };

export default async function GrantsRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <GrantsPage organization={decodeURIComponent(organization)} />;
}
