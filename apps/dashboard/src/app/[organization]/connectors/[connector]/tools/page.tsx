import type { Metadata } from 'next';
import { ConnectorPage } from '../../../../../features/connectors/connector-page.tsx';
import { STRINGS } from '../../../../../lib/strings.ts';

interface PageProps {
  readonly params: Promise<{ organization: string; connector: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { connector } = await params;
  return { title: `${STRINGS.tools.title} · ${decodeURIComponent(connector)}` };
}

export default async function ConnectorToolsPage({ params }: PageProps) {
  const { organization, connector } = await params;
  return (
    <ConnectorPage organization={decodeURIComponent(organization)} slug={decodeURIComponent(connector)} part="tools" />
  );
}
