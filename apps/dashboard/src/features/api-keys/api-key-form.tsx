'use client';

import {
  Button,
  Group,
  MultiSelect,
  NativeSelect,
  Paper,
  Radio,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import type { ApiKey, Permission } from '@patchbay/api-client';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import classes from '../../ui/choice.module.css';
import fields from '../../ui/fields.module.css';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useConnectorNames } from '../connectors/use-connectors.ts';
import { PermissionChoice } from './permission-choice.tsx';
import type { NewApiKey } from './use-api-keys.ts';

const T = STRINGS.apiKeys.form;
const KINDS = ['mcp', 'admin', 'deploy'] as const satisfies readonly ApiKey['kind'][];
const NAME_CHARACTERS_MAX = ACCOUNT_LIMITS.displayName.value;

export interface ApiKeyFormValues {
  readonly kind: ApiKey['kind'];
  readonly name: string;
  /** Every connector of the organization, also those to come. */
  readonly every: boolean;
  readonly connectors: string[];
  /** Null until the person ticks something: then it is all they may give. */
  readonly permissions: Permission[] | null;
  readonly days: string;
  readonly addresses: string;
}

export type ApiKeyFormState = UseFormReturnType<ApiKeyFormValues>;

interface ApiKeyFormProps {
  readonly organization: string;
  readonly kind: ApiKey['kind'];
  readonly onSubmit: (key: NewApiKey) => void;
  readonly isPending: boolean;
  readonly error: unknown;
}

export function ApiKeyForm({ organization, kind, onSubmit, isPending, error }: ApiKeyFormProps) {
  const form = useForm<ApiKeyFormValues>({
    initialValues: { kind, name: '', every: true, connectors: [], permissions: null, days: '90', addresses: '' },
    validate: {
      name: (name) => (isName(name) ? null : T.nameMissing),
      connectors: (connectors, { kind: chosen, every }) =>
        chosen !== 'admin' && !every && connectors.length === 0 ? T.connectorsMissing : null,
      permissions: (permissions, { kind: chosen }) =>
        chosen === 'admin' && !permissions?.length ? T.permissionsMissing : null,
    },
  });
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} bg="var(--surface-raised)">
      <form onSubmit={form.onSubmit((values) => onSubmit(newApiKey(values)))} noValidate>
        <Stack gap="lg">
          <Radio.Group label={T.kind} {...form.getInputProps('kind')}>
            <Stack gap="xs" mt={6}>
              {KINDS.map((one) => (
                <Radio
                  key={one}
                  value={one}
                  className={classes.choice}
                  label={STRINGS.apiKeys.kinds[one].name}
                  description={STRINGS.apiKeys.kinds[one].what}
                />
              ))}
            </Stack>
          </Radio.Group>
          <TextInput label={T.name} description={T.nameHint} {...form.getInputProps('name')} />
          {form.values.kind === 'admin' ? (
            <PermissionChoice organization={organization} form={form} />
          ) : (
            <ConnectorChoice organization={organization} form={form} />
          )}
          <NativeSelect
            label={T.expiry}
            description={T.expiryHint}
            data={Object.entries(T.days).map(([value, label]) => ({ value, label }))}
            maw={260}
            {...form.getInputProps('days')}
          />
          <Textarea
            label={T.addresses}
            description={T.addressesHint}
            autosize
            minRows={2}
            classNames={{ input: fields.monospace }}
            {...form.getInputProps('addresses')}
          />
          {form.values.kind === 'admin' && (
            <Text size="sm" c="var(--text-quiet)">
              {T.never}
            </Text>
          )}
          {error !== null && error !== undefined && <ProblemNotice problem={showError(error)} />}
          <Group justify="flex-end">
            <Button type="submit" loading={isPending}>
              {T.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function isName(name: string): boolean {
  const { length } = name.trim();
  return length >= 1 && length <= NAME_CHARACTERS_MAX;
}

function newApiKey({ kind, name, every, connectors, permissions, days, addresses }: ApiKeyFormValues): NewApiKey {
  return {
    kind,
    name: name.trim(),
    connectors: kind === 'admin' ? [] : every ? ['*'] : connectors,
    permissions: kind === 'admin' ? (permissions ?? []) : [],
    allowedAddresses: addresses.split(/[\s,]+/).filter((address) => address !== ''),
    expiresInDays: Number(days),
  };
}

/** Which connectors the key opens: all, or some of those there are. */
function ConnectorChoice({ organization, form }: { organization: string; form: ApiKeyFormState }) {
  const names = useConnectorNames(organization);
  const options = [...names].map(([value, label]) => ({ value, label }));
  return (
    <Stack gap="xs">
      <Radio.Group
        label={T.which}
        value={form.values.every ? 'every' : 'some'}
        onChange={(value) => form.setFieldValue('every', value === 'every')}
      >
        <Stack gap="xs" mt={6}>
          <Radio value="every" label={T.everyConnector} description={T.everyHint} />
          <Radio
            value="some"
            label={T.someConnectors}
            disabled={options.length === 0}
            description={options.length === 0 ? T.noConnectors : undefined}
          />
        </Stack>
      </Radio.Group>
      {!form.values.every && (
        <MultiSelect
          label={T.pick}
          placeholder={form.values.connectors.length === 0 ? T.pickPlaceholder : undefined}
          data={options}
          searchable
          hidePickedOptions
          {...form.getInputProps('connectors')}
        />
      )}
    </Stack>
  );
}
