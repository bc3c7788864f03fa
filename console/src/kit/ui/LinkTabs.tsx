// Tabs that are links: each has an address of its own, and the palette leads to it as well.
import { Link, useNavigate, type LinkProps } from '@tanstack/react-router';
import { useMemo } from 'react';
import { usePageCommands } from '../commands';
import classes from './LinkTabs.module.css';

export interface LinkTab {
  label: string;
  link: LinkProps;
  count?: number;
  /** Active on this very address only, not below it. */
  exact?: boolean;
}

export function LinkTabs({ tabs, label }: { tabs: LinkTab[]; label: string }) {
  const navigate = useNavigate();
  // The list is another one at each drawing; what it says is not.
  const places = JSON.stringify(tabs.map((tab) => ({ label: tab.label, link: tab.link })));
  const commands = useMemo(
    () =>
      (JSON.parse(places) as LinkTab[]).map((tab) => ({
        id: `tab-${tab.label}`,
        label: tab.label,
        hint: label,
        run: () => void navigate(tab.link),
      })),
    [places, label, navigate],
  );
  usePageCommands(commands);
  return (
    <nav aria-label={label} className={classes.tabs}>
      {tabs.map((tab) => (
        <Link
          key={tab.label}
          {...tab.link}
          className={classes.tab}
          activeOptions={{ exact: tab.exact ?? true, includeSearch: false }}
        >
          {tab.label}
          {tab.count !== undefined && <span className={classes.count}>{tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
