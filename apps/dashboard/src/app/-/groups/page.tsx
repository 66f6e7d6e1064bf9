import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function GroupsAnywhere() {
  return <ToOrganization page="groups" />;
}
