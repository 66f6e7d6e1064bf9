import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function NewApiKeyAnywhere() {
  return <ToOrganization page="newApiKey" />;
}
