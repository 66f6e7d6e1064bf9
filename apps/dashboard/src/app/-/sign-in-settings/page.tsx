import { ToOrganization } from '../../../features/session/to-organization.tsx';

export default function SignInSettingsAnywhere() {
  return <ToOrganization page="signInSettings" />;
}
