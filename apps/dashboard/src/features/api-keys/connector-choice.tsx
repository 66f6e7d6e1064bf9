'use client';

import { MultiSelect, Radio, Stack } from '@mantine/core';
import { STRINGS } from '../../lib/strings.ts';
import { useConnectorNames } from '../connectors/use-connectors.ts';
import type { ApiKeyFormState } from './api-key-form.tsx';

const T = STRINGS.apiKeys.form;

/** Which connectors the key opens: all, or some of those there are. */
export function ConnectorChoice({ organization, form }: { organization: string; form: ApiKeyFormState }) {
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
