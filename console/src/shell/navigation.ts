// The places of the console, in the order of its rail and its palette. A new feature adds a line
// here and its routes in `src/router.tsx`.
import {
  IconRoute,
  IconSitemap,
  IconLock,
  IconTerminal2,
  IconApi,
  IconDatabase,
  IconSettings,
  type Icon,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';
import { t } from '../kit/i18n';

export interface Place {
  label: string;
  icon: Icon;
  to: LinkProps['to'];
  hint: string;
}

export const places: Place[] = [
  { label: t('API'), icon: IconApi, to: '/api', hint: t('Try GraphQL as any role') },
  { label: t('Data'), icon: IconDatabase, to: '/data', hint: t('Databases, tables, rows') },
  { label: t('SQL'), icon: IconTerminal2, to: '/sql', hint: t('Run SQL on a database') },
  {
    label: t('Permissions'),
    icon: IconLock,
    to: '/permissions',
    hint: t('Who may see and change what'),
  },
  { label: t('Diagram'), icon: IconSitemap, to: '/diagram', hint: t('Tables and their keys') },
  {
    label: t('Settings'),
    icon: IconSettings,
    to: '/settings',
    hint: t('Metadata, roles, allow list, about'),
  },
  {
    label: t('First steps'),
    icon: IconRoute,
    to: '/start',
    hint: t('From a database to a first permission'),
  },
];
