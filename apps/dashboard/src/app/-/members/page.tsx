import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function MembersAnywhere() {
  return <ToOrganization page="members" />;
}
