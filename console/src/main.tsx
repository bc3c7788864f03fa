// Starts the console: how it is served, then the first page.
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './kit/global.css';
import { createRoot } from 'react-dom/client';
import { loadConfig } from './kit/api';
import { App } from './App';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root');
const app = createRoot(root);
loadConfig().then(
  () => app.render(<App />),
  () => app.render(<App unreachable />),
);
