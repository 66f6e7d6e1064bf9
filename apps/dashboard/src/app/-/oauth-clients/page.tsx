import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function OAuthClientsAnywhere() {
  return <ToOrganization page="oauthClients" />;
}
