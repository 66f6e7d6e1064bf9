import type { Metadata } from 'next';
import { ConnectorPage } from '../../../../features/connectors/connector-page.tsx';

interface PageProps {
  readonly params: Promise<{ organization: string; connector: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { connector } = await params;
  return { title: decodeURIComponent(connector) };
}

export default async function ConnectorDetailPage({ params }: PageProps) {
  const { organization, connector } = await params;
  return (
    <ConnectorPage
      organization={decodeURIComponent(organization)}
      slug={decodeURIComponent(connector)}
      part="versions"
    />
  );
}
