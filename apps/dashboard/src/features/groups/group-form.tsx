'use client';

import { Button, Group as Line, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { Group } from '@patchbay/api-client';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useCreateGroup, useRenameGroup } from './use-groups.ts';

const T = STRINGS.groups;
const NAME_CHARACTERS_MAX = 80;

export function CreateGroup({ organization, onDone }: { organization: string; onDone: () => void }) {
  const create = useCreateGroup(organization);
  const save = (name: string) =>
    create.mutate(name, {
      onSuccess: () => {
        notifications.show({ message: T.created(name), color: 'teal' });
        onDone();
      },
    });
  return <NameForm name="" label={T.submit} change={create} onSave={save} onCancel={onDone} />;
}

interface RenameGroupProps {
  readonly organization: string;
  readonly group: Group;
  readonly onDone: () => void;
}

export function RenameGroup({ organization, group, onDone }: RenameGroupProps) {
  const rename = useRenameGroup(organization, group.id);
  const save = (name: string) =>
    rename.mutate(name, {
      onSuccess: () => {
        notifications.show({ message: T.renamed(name), color: 'teal' });
        onDone();
      },
    });
  return <NameForm name={group.name} label={T.saveName} change={rename} onSave={save} onCancel={onDone} />;
}

interface NameFormProps {
  readonly name: string;
  /** The verb on the button. */
  readonly label: string;
  readonly change: { readonly error: Error | null; readonly isPending: boolean };
  readonly onSave: (name: string) => void;
  readonly onCancel: () => void;
}

function NameForm({ name, label, change, onSave, onCancel }: NameFormProps) {
  const form = useForm({
    initialValues: { name },
    validate: {
      name: (value) => (value.trim() === '' || value.trim().length > NAME_CHARACTERS_MAX ? T.nameMissing : null),
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => onSave(values.name.trim()))} noValidate>
      <Stack>
        <TextInput
          label={T.name}
          description={T.nameHint}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('name')}
        />
        {change.error && <ProblemNotice problem={showError(change.error)} />}
        <Line justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {STRINGS.cancel}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {label}
          </Button>
        </Line>
      </Stack>
    </form>
  );
}
