// The tree of databases beside whatever page of the data is open.
import { Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { PageLoader } from '../../shell/Shell';
import { ErrorBoundary } from '../../shell/ErrorBoundary';
import classes from './DataLayout.module.css';
import { SchemaTree } from './tree/SchemaTree';

export function DataLayout() {
  return (
    <div className={classes.layout}>
      <aside className={classes.tree} aria-label="Databases">
        <ErrorBoundary>
          <Suspense fallback={<PageLoader />}>
            <SchemaTree />
          </Suspense>
        </ErrorBoundary>
      </aside>
      <div className={classes.page}>
        <ErrorBoundary>
          <Suspense fallback={<PageLoader />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </div>
    </div>
  );
}
