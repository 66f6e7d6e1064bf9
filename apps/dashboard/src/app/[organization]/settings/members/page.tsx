import type { Metadata } from 'next';
import { MembersPage } from '../../../../features/members/members-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.members.title };

export default async function MembersRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <MembersPage organization={decodeURIComponent(organization)} />;
}
