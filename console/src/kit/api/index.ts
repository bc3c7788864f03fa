export * from './client';
export * from './config';
export * from './errors';
export * from './metadata';
export * from './query-client';
export * from './secret';
export * from './sql';
export * from './catalog';
