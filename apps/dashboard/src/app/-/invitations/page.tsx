import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function InvitationsAnywhere() {
  return <ToOrganization page="invitations" />;
}
