import type { Metadata } from 'next';
import { GroupsPage } from '../../../../features/groups/groups-page.tsx';
import { STRINGS } from '../../../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.groups.title };

export default async function GroupsRoute({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <GroupsPage organization={decodeURIComponent(organization)} />;
}
