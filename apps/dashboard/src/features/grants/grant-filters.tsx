'use client';

import { Group, SegmentedControl, Select } from '@mantine/core';
import type { Grant } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { useConnectorNames } from '../connectors/use-connectors.ts';
import { useMembers } from '../members/use-members.ts';
import type { GrantFilter, GrantSelection } from './use-grants.ts';

const T = STRINGS.grants;

interface GrantFiltersProps {
  readonly organization: string;
  readonly filter: GrantFilter;
  readonly onChange: (filter: GrantFilter) => void;
  /** Those that are shown: their clients can be chosen. */
  readonly grants: readonly Grant[];
  /** Whether the list is of everyone, so that a person can be chosen. */
  readonly seesAll: boolean;
}

export function GrantFilters({ organization, filter, onChange, grants, seesAll }: GrantFiltersProps) {
  const connectors = useConnectorNames(organization);
  const choose = (name: keyof GrantSelection) => (value: string | null) => {
    const { [name]: _, ...rest } = filter;
    onChange(value === null ? rest : { ...rest, [name]: value });
  };
  return (
    <Group align="flex-end" gap="sm">
      <SegmentedControl
        aria-label={T.state.label}
        value={filter.state}
        onChange={(value) => onChange({ ...filter, state: value === 'ended' ? 'ended' : 'open' })}
        data={[
          { value: 'open', label: T.state.open },
          { value: 'ended', label: T.state.ended },
        ]}
        w="fit-content"
      />
      {seesAll && <PersonChoice organization={organization} value={filter.person} onChange={choose('person')} />}
      <Choice
        label={T.filters.client}
        placeholder={T.filters.everyClient}
        options={clientsOf(grants, filter.client)}
        value={filter.client}
        onChange={choose('client')}
      />
      <Choice
        label={T.filters.connector}
        placeholder={T.filters.everyConnector}
        options={connectors}
        value={filter.connector}
        onChange={choose('connector')}
      />
    </Group>
  );
}

interface ChosenProps {
  readonly value: string | undefined;
  readonly onChange: (value: string | null) => void;
}

function PersonChoice({ organization, ...chosen }: ChosenProps & { readonly organization: string }) {
  const members = useMembers(organization);
  const people = new Map(members.data?.map(({ person }) => [person.id, `${person.name} · ${person.email}`]));
  return <Choice label={T.filters.person} placeholder={T.filters.everyone} options={people} {...chosen} />;
}

interface ChoiceProps extends ChosenProps {
  readonly label: string;
  readonly placeholder: string;
  readonly options: ReadonlyMap<string, string>;
}

function Choice({ label, placeholder, options, value, onChange }: ChoiceProps) {
  return (
    <Select
      label={label}
      placeholder={placeholder}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      value={value ?? null}
      onChange={onChange}
      searchable
      clearable
      w={{ base: '100%', xs: 220 }}
    />
  );
}

/** By id. Several registrations of one client have the same name, and are several. */
function clientsOf(grants: readonly Grant[], chosen: string | undefined): ReadonlyMap<string, string> {
  const clients = new Map(grants.map(({ client }) => [client.id, client.name]));
  if (chosen !== undefined && !clients.has(chosen)) clients.set(chosen, chosen);
  return clients;
}
