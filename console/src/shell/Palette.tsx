// The command palette: places, commands of the open page, tables of every source.
import {
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from '@mantine/spotlight';
import { useMantineColorScheme } from '@mantine/core';
import { IconBolt, IconMoon, IconSearch, IconTable } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useMetadataIfLoaded } from '../kit/api';
import { useOfferedCommands } from '../kit/commands';
import { t } from '../kit/i18n';
import { places } from './navigation';

export function Palette() {
  const navigate = useNavigate();
  const metadata = useMetadataIfLoaded();
  const commands = useOfferedCommands();
  const { toggleColorScheme } = useMantineColorScheme();

  const groups = useMemo((): SpotlightActionGroupData[] => {
    const offered: SpotlightActionData[] = commands.map((command) => ({
      id: command.id,
      label: command.label,
      description: command.hint,
      leftSection: <IconBolt size={17} stroke={1.6} />,
      onClick: command.run,
    }));
    const goTo: SpotlightActionData[] = places.map((place) => ({
      id: `go-${String(place.to)}`,
      label: place.label,
      description: place.hint,
      leftSection: <place.icon size={17} stroke={1.6} />,
      onClick: () => void navigate({ to: place.to }),
    }));
    const tables: SpotlightActionData[] = (metadata?.sources ?? []).flatMap((source) =>
      source.tables.map(({ table }) => ({
        id: `table-${source.name}-${table.schema}-${table.name}`,
        label: table.name,
        description: `${source.name} · ${table.schema}`,
        leftSection: <IconTable size={17} stroke={1.6} />,
        onClick: () =>
          void navigate({
            to: '/data/$source/$schema/$table/rows',
            params: { source: source.name, schema: table.schema, table: table.name },
          }),
      })),
    );
    const appearance: SpotlightActionData[] = [
      {
        id: 'toggle-colours',
        label: t('Switch between dark and light'),
        leftSection: <IconMoon size={17} stroke={1.6} />,
        onClick: () => toggleColorScheme(),
      },
    ];
    return [
      ...(offered.length > 0 ? [{ group: t('On this page'), actions: offered }] : []),
      { group: t('Go to'), actions: goTo },
      { group: t('Appearance'), actions: appearance },
      { group: t('Tables'), actions: tables },
    ];
  }, [commands, metadata, navigate, toggleColorScheme]);

  return (
    <Spotlight
      actions={groups}
      limit={14}
      shortcut={['mod + K', 'mod + P']}
      nothingFound={t('Nothing found')}
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.6} />,
        placeholder: t('Search tables, places and commands'),
        'aria-label': t('Search tables, places and commands'),
      }}
    />
  );
}
