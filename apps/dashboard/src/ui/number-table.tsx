import { Table } from '@mantine/core';
import { formatNumber } from '@patchbay/foundation/limits';
import type { ReactNode } from 'react';
import { TableFrame } from './table-frame.tsx';

interface NumberTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  /** The first cell names the row. Numbers are aligned at their end. */
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}

/** A table of numbers, which scrolls where it is wider than its page. */
export function NumberTable({ label, columns, rows }: NumberTableProps) {
  return (
    <TableFrame label={label}>
      <Table verticalSpacing="xs" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column, at) => (
              <Table.Th key={column} scope="col" ta={at === 0 ? 'start' : 'end'}>
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, cells: [name, ...others] }) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={400} miw={160}>
                {name}
              </Table.Th>
              {others.map((cell, at) => (
                <Table.Td key={columns[at + 1]} ta="end">
                  {typeof cell === 'number' ? formatNumber(cell) : cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}
