'use client';

import { Anchor, Button, Divider, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { isAuthorization, isInside, organizationSignIn } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';

const T = STRINGS.sso;
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * The way to an organization's own sign-in: by the organization's name, since an address would show who has an account.
 * `next` is the page the person wanted; anything that leads elsewhere is ignored.
 */
export function OrganizationSignIn({ next }: { next: string | null }) {
  const [isOpen, open] = useDisclosure(false);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { organization: '' },
    validate: { organization: (value) => (SLUG.test(value.trim().toLowerCase()) ? null : T.organizationMissing) },
  });
  // Outside of the base path; pages of the dashboard are below it.
  const inside = next !== null && isInside(next) ? `/dashboard${next}` : null;
  const wanted = next !== null && isAuthorization(next) ? next : inside;
  const submit = form.onSubmit(({ organization }) =>
    window.location.assign(organizationSignIn(organization.trim().toLowerCase(), wanted)),
  );
  return (
    <Stack gap="md">
      <Divider label={T.or} />
      {isOpen ? (
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            <TextInput
              label={T.organization}
              description={T.organizationHint}
              autoComplete="organization"
              autoCapitalize="none"
              autoFocus
              key={form.key('organization')}
              {...form.getInputProps('organization')}
            />
            <Button type="submit" variant="default" fullWidth>
              {T.submit}
            </Button>
          </Stack>
        </form>
      ) : (
        <Anchor component="button" type="button" size="sm" ta="center" onClick={open.open}>
          {T.continue}
        </Anchor>
      )}
    </Stack>
  );
}
