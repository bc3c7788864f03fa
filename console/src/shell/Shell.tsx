// The frame around every page: the rail, the palette, the page itself.
import {
  ActionIcon,
  Box,
  Group,
  Kbd,
  Loader,
  Text,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import {
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
} from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { adminSecret, config, queryClient, setAdminSecret } from '../kit/api';
import { t } from '../kit/i18n';
import { preferences } from '../kit/storage';
import { AwayBanner } from './AwayBanner';
import { ErrorBoundary } from './ErrorBoundary';
import { Logo } from './Logo';
import { places } from './navigation';
import { Palette } from './Palette';
import classes from './Shell.module.css';
import { StatusLine } from './StatusLine';

export function Shell() {
  const [narrow, setNarrow] = useState(() => preferences.get('rail-narrow', false));
  const toggle = () => {
    preferences.set('rail-narrow', !narrow);
    setNarrow(!narrow);
  };
  return (
    <div className={classes.shell} data-narrow={narrow || undefined}>
      <a href="#main" className="skip-link" onClick={focusMain}>
        {t('Skip to the content')}
      </a>
      <div className={classes.rail}>
        <Group justify={narrow ? 'center' : 'space-between'} px={narrow ? 0 : 6} mb={14} mt={2}>
          <Logo compact={narrow} />
        </Group>
        <UnstyledButton
          className={classes.search}
          onClick={spotlight.open}
          aria-label={narrow ? t('Search') : undefined}
        >
          <IconSearch size={16} stroke={1.8} />
          {!narrow && (
            <>
              <Text size="sm" flex={1}>
                {t('Search')}
              </Text>
              <Kbd size="xs">Ctrl K</Kbd>
            </>
          )}
        </UnstyledButton>
        <nav aria-label={t('Main')} className={classes.places}>
          {places.map((place) => (
            <Tooltip key={place.label} label={place.label} position="right" disabled={!narrow}>
              <Link
                to={place.to}
                className={classes.place}
                aria-label={narrow ? place.label : undefined}
                activeOptions={{ includeSearch: false }}
              >
                <place.icon size={18} stroke={1.7} />
                {!narrow && <span>{place.label}</span>}
              </Link>
            </Tooltip>
          ))}
        </nav>
        <Box flex={1} />
        <StatusLine narrow={narrow} />
        <div className={classes.tools}>
          <ThemeSwitch />
          {config().needsAdminSecret && adminSecret() !== undefined && (
            <Tooltip label={t('Sign out')}>
              <ActionIcon
                aria-label={t('Sign out')}
                onClick={() => {
                  setAdminSecret(undefined);
                  queryClient.clear();
                }}
              >
                <IconLogout size={17} />
              </ActionIcon>
            </Tooltip>
          )}
          <Tooltip label={narrow ? t('Widen the menu') : t('Narrow the menu')}>
            <ActionIcon
              aria-label={narrow ? t('Widen the menu') : t('Narrow the menu')}
              onClick={toggle}
            >
              {narrow ? (
                <IconLayoutSidebarLeftExpand size={17} />
              ) : (
                <IconLayoutSidebarLeftCollapse size={17} />
              )}
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
      <div className={classes.side}>
        <AwayBanner />
        <main id="main" tabIndex={-1} className={classes.main}>
          <ErrorBoundary>
            <Suspense fallback={<PageLoader />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <Palette />
    </div>
  );
}

/** The page's `<base>` would make a plain `#main` leave the page. */
function focusMain(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

export function PageLoader() {
  return (
    <Group justify="center" py={80} role="status" aria-label={t('Loading')}>
      <Loader size="sm" />
    </Group>
  );
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const label = dark ? t('Light colours') : t('Dark colours');
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
        {dark ? <IconSun size={17} /> : <IconMoon size={17} />}
      </ActionIcon>
    </Tooltip>
  );
}
