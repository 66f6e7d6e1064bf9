import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function ConnectedClientsAnywhere() {
  return <ToOrganization page="connectedClients" />;
}
