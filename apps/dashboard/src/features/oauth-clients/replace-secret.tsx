'use client';

import { Checkbox, Stack } from '@mantine/core';
import type { Schemas } from '@patchbay/api-client';
import { useState } from 'react';
import { STRINGS } from '../../lib/strings.ts';
import { Confirmation } from '../../ui/confirmation.tsx';
import { ClientSecret } from './oauth-client-form.tsx';
import { useRotateSecret } from './use-oauth-clients.ts';

const T = STRINGS.oauthClients;

interface ReplaceSecretProps {
  readonly organization: string;
  readonly client: Schemas['OAuthClient'];
  readonly onDone: () => void;
}

/** Asks whether the replaced secret is accepted for a while; then shows the new one, once. */
export function ReplaceSecret({ organization, client, onDone }: ReplaceSecretProps) {
  const [keepPrevious, setKeepPrevious] = useState(true);
  const rotate = useRotateSecret(organization, client.id);
  if (rotate.data) return <ClientSecret client={rotate.data} onDone={onDone} />;
  const body = (
    <Stack gap="sm">
      {T.rotateBody}
      <Checkbox
        label={T.keep}
        description={T.keepHint}
        checked={keepPrevious}
        onChange={(event) => setKeepPrevious(event.currentTarget.checked)}
      />
    </Stack>
  );
  return (
    <Confirmation
      body={body}
      label={T.rotated}
      onConfirm={() => rotate.mutate({ keepPrevious })}
      onCancel={onDone}
      isPending={rotate.isPending}
      error={rotate.error}
    />
  );
}
