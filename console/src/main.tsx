// Starts the console: how it is served, then the first page.
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './kit/global.css';
import { createRoot } from 'react-dom/client';
import { ApiError, loadConfig } from './kit/api';
import { App } from './App';
import { router } from './router';
import { preloadWhenIdle } from './shell/preload';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root');
const app = createRoot(root, {
  // What the server or the network said is shown on the page; anything else is a fault of the console.
  onCaughtError: (error) => {
    if (!(error instanceof ApiError)) console.error(error);
  },
});

/** Until the server is there, it is looked for. */
function start(): void {
  loadConfig().then(
    () => app.render(<App />),
    (error: unknown) => {
      app.render(<App error={error} />);
      setTimeout(start, 3_000);
    },
  );
}
preloadWhenIdle(router);
start();
