export * from './actions';
export * from './EmptyState';
export * from './ErrorPanel';
export * from './LinkTabs';
export * from './Page';
export * from './VirtualTable';
export * from './IdentityBar';
export * from './links';
