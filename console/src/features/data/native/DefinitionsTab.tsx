// A list of what the metadata defines for a database, and the way to a new one.
import { IconPlus, type Icon } from '@tabler/icons-react';
import { useNavigate, type LinkProps } from '@tanstack/react-router';
import { useMemo } from 'react';
import { usePageCommands } from '../../../kit/commands';
import { ButtonLink, EmptyState, VirtualTable, type VirtualColumn } from '../../../kit/ui';
import toolbar from '../source/Toolbar.module.css';

interface Props<R> {
  source: string;
  label: string;
  /** What leads to a new one, and where. */
  add: string;
  to: LinkProps['to'];
  columns: VirtualColumn<R>[];
  rows: R[];
  rowKey: (row: R) => string;
  icon: Icon;
  /** What is said where there is none yet. */
  none: string;
  explanation: string;
}

export function DefinitionsTab<R>(props: Props<R>) {
  const { source, add, to, rows } = props;
  const navigate = useNavigate();
  const commands = useMemo(
    () => [
      {
        id: 'definition-new',
        label: add,
        run: () => void navigate({ to, params: { source } as never }),
      },
    ],
    [navigate, add, to, source],
  );
  usePageCommands(commands);
  const button = (
    <ButtonLink to={to} params={{ source } as never} leftSection={<IconPlus size={14} />}>
      {add}
    </ButtonLink>
  );
  return (
    <>
      {rows.length > 0 && <div className={toolbar.bar}>{button}</div>}
      <VirtualTable
        label={props.label}
        columns={props.columns}
        rows={rows}
        rowKey={props.rowKey}
        empty={
          <EmptyState icon={props.icon} title={props.none} action={button}>
            {props.explanation}
          </EmptyState>
        }
      />
    </>
  );
}
