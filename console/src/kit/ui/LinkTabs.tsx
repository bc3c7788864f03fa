// Tabs that are links: each has an address of its own.
import { Link, type LinkProps } from '@tanstack/react-router';
import classes from './LinkTabs.module.css';

export interface LinkTab {
  label: string;
  link: LinkProps;
  count?: number;
  /** Active on this very address only, not below it. */
  exact?: boolean;
}

export function LinkTabs({ tabs, label }: { tabs: LinkTab[]; label: string }) {
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
