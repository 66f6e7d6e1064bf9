import type { Metadata } from 'next';
import { ConnectorList } from '../../features/connectors/connector-list.tsx';
import { STRINGS } from '../../lib/strings.ts';

export const metadata: Metadata = { title: STRINGS.connectors.title };

export default async function ConnectorsPage({ params }: { params: Promise<{ organization: string }> }) {
  const { organization } = await params;
  return <ConnectorList organization={decodeURIComponent(organization)} />;
}
