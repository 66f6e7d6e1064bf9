import type { Metadata } from 'next';
import { InvitationsPage } from '../../../../features/invitations/invitations-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.invitations.title };

export default async function InvitationsRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <InvitationsPage organization={decodeURIComponent(organization)} />;
}
