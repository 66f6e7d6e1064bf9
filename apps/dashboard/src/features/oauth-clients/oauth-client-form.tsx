'use client';

import { Alert, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Schemas } from '@patchbay/api-client';
import { IconKey } from '@tabler/icons-react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useCreateOAuthClient } from './use-oauth-clients.ts';

const T = STRINGS.oauthClients;
const NAME_CHARACTERS_MAX = 80;
/** Both addresses of hosted Claude. */
const CLAUDE_CALLBACKS = ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'];

/** Asks for name and redirects; then shows id and secret, once. */
export function OAuthClientForm({ organization, onDone }: { organization: string; onDone: () => void }) {
  const create = useCreateOAuthClient(organization);
  const form = useForm({
    initialValues: { name: '', redirects: CLAUDE_CALLBACKS.join('\n') },
    validate: {
      name: (value) => (value.trim() === '' || value.trim().length > NAME_CHARACTERS_MAX ? T.nameMissing : null),
      redirects: (value) => (linesOf(value).length === 0 ? T.redirectsMissing : null),
    },
  });
  if (create.data) return <ClientSecret client={create.data} onDone={onDone} />;
  return (
    <form
      onSubmit={form.onSubmit(({ name, redirects }) =>
        create.mutate({ name: name.trim(), redirectUris: linesOf(redirects) }),
      )}
      noValidate
    >
      <Stack>
        <TextInput
          label={T.name}
          description={T.nameHint}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Textarea
          label={T.redirects}
          description={T.redirectsHint}
          autosize
          minRows={2}
          spellCheck={false}
          {...form.getInputProps('redirects')}
        />
        {create.error && <ProblemNotice problem={showError(create.error)} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {STRINGS.cancel}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {T.submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface ClientSecretProps {
  readonly client: Schemas['CreatedOAuthClient'];
  readonly onDone: () => void;
}

/** Id and secret, shown this once, and where they are entered. */
export function ClientSecret({ client, onDone }: ClientSecretProps) {
  return (
    <Stack>
      <Text size="sm" fw={600}>
        {T.shownTitle(client.name)}
      </Text>
      <Alert color="yellow" icon={<IconKey aria-hidden />}>
        {T.secretLead}
      </Alert>
      <Labelled label={T.id}>
        <Copyable value={client.id} label={T.copyId} wrap />
      </Labelled>
      <Labelled label={T.secret}>
        <Copyable value={client.secret} label={T.copySecret} wrap />
      </Labelled>
      <Text size="sm">
        {T.whereTitle}: {T.where}
      </Text>
      <Group justify="flex-end">
        <Button onClick={onDone} data-autofocus>
          {T.done}
        </Button>
      </Group>
    </Stack>
  );
}

function Labelled({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <Text size="sm" mb={4}>
        {label}
      </Text>
      {children}
    </div>
  );
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
