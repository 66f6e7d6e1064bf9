'use client';

import { Button, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, matches, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { api } from '../../lib/api.ts';
import { paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import fields from '../../ui/fields.module.css';
import { ProblemNotice } from '../../ui/problem-notice.tsx';

const T = STRINGS.organization;
const SLUG = /^(?=.{2,32}$)[a-z0-9]+(-[a-z0-9]+)*$/;

export function CreateOrganizationForm() {
  const router = useRouter();
  const queries = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', slug: '' },
    validate: { name: isNotEmpty(T.nameMissing), slug: matches(SLUG, T.slugInvalid) },
  });
  const create = useMutation({
    mutationFn: (body: { name: string; slug: string }) => api().POST('/api/v1/organizations', { body }),
    onSuccess: async ({ data }) => {
      await queries.invalidateQueries({ queryKey: ['me'] });
      router.replace(data ? paths.organization(data.slug) : paths.home);
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap="md">
        <Text size="sm">{T.createLead}</Text>
        {create.error && <ProblemNotice problem={showError(create.error)} />}
        <TextInput label={T.name} autoFocus key={form.key('name')} {...form.getInputProps('name')} />
        <TextInput
          label={T.slug}
          description={T.slugHint}
          classNames={{ input: fields.monospace }}
          key={form.key('slug')}
          {...form.getInputProps('slug')}
        />
        <Button type="submit" loading={create.isPending}>
          {T.submit}
        </Button>
      </Stack>
    </form>
  );
}
