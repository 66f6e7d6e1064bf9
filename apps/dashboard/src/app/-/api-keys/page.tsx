import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function ApiKeysAnywhere() {
  return <ToOrganization page="apiKeys" />;
}
