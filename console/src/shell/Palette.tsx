// The command palette: places, commands of the open page, and what the metadata names: tables, native
// queries, logical models.
import {
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from '@mantine/spotlight';
import { useMantineColorScheme } from '@mantine/core';
import { IconBolt, IconMoon, IconSearch, IconShape, IconSql, IconTable } from '@tabler/icons-react';
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
    const definitions = (metadata?.sources ?? []).flatMap((source): SpotlightActionData[] => [
      ...(source.native_queries ?? []).map(({ root_field_name: query }) => ({
        id: `native-${source.name}-${query}`,
        label: query,
        description: `${source.name} · ${t('native query')}`,
        leftSection: <IconSql size={17} stroke={1.6} />,
        onClick: () =>
          void navigate({
            to: '/data/$source/~native/$query',
            params: { source: source.name, query },
          }),
      })),
      ...(source.logical_models ?? []).map(({ name: model }) => ({
        id: `model-${source.name}-${model}`,
        label: model,
        description: `${source.name} · ${t('logical model')}`,
        leftSection: <IconShape size={17} stroke={1.6} />,
        onClick: () =>
          void navigate({
            to: '/data/$source/~models/$model',
            params: { source: source.name, model },
          }),
      })),
    ]);
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
      ...(definitions.length > 0
        ? [{ group: t('Native queries and logical models'), actions: definitions }]
        : []),
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
