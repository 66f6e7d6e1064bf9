import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function PoliciesAnywhere() {
  return <ToOrganization page="policies" />;
}
